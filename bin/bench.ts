import { Command, InvalidArgumentError } from 'commander';
import { loadConfig } from '../lib/config-file.ts';
import { runBench } from '../local/run-bench.ts';

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const config = await loadConfig(process.env);

await new Command('bench')
  .description('send a burst of leads through the local pipeline and measure it')
  .option('--leads <count>', 'how many', parseCount, 2_000)
  .option('--concurrency <count>', 'how many at a time', parseCount, 20)
  .action(async (options: { leads: number; concurrency: number }) => {
    process.exitCode = await runBench({ ...options, config, print });
  })
  .parseAsync();

function parseCount(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) {
    throw new InvalidArgumentError('It must be a whole number, 1 to 999999.');
  }
  return Number(text);
}
