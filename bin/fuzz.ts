import { Command, InvalidArgumentError } from 'commander';
import { runFuzz } from '../local/fuzz/run-fuzz.ts';

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** One line that is written over, where a person looks on. */
const progress = (line: string): void => {
  if (process.stderr.isTTY) process.stderr.write(`\r${line.padEnd(60)}\r`);
};

await new Command('fuzz')
  .description('try intake with changed webhooks, and check what it owes to any request')
  .option('--minutes <minutes>', 'how long', parseMinutes, 1)
  .option('--seed <seed>', 'decides which inputs are tried', parseSeed, 1)
  .option(
    '--save',
    'keep inputs that did something of their own, for the next run and npm test',
    false,
  )
  .action(async (options: { minutes: number; seed: number; save: boolean }) => {
    process.exitCode = await runFuzz({ ...options, print, progress });
  })
  .parseAsync();

function parseMinutes(text: string): number {
  const minutes = Number(text);
  if (!(minutes > 0 && minutes <= 24 * 60)) {
    throw new InvalidArgumentError('It must be minutes, more than 0 and at most 1440.');
  }
  return minutes;
}

function parseSeed(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}
