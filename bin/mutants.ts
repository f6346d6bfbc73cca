import { constants } from 'node:os';
import path from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { MUTANTS } from '../local/mutants/mutants.ts';
import { runMutants } from '../local/mutants/run-mutants.ts';

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

await new Command('mutants')
  .description('put deliberate faults into copies of the source: the simulation must catch each')
  .argument('[names...]', 'of these mutants only')
  .option('--list', 'say what there is, and run nothing', false)
  .option('--seeds <count>', 'runs of the simulation for each mutant', parseCount, 2_000)
  .option('--parallel <count>', 'mutants at a time', parseCount, 2)
  .option('--timeout-seconds <seconds>', 'for one mutant', parseCount, 900)
  .action(async (names: string[], options: Options, command: Command) => {
    const mutants = MUTANTS.filter(({ name }) => names.length === 0 || names.includes(name));
    const unknown = names.filter((name) => !MUTANTS.some((mutant) => mutant.name === name));
    if (unknown.length > 0) command.error(`No mutant is called ${unknown.join(', ')}.`);
    if (options.list) {
      for (const { name, breaks, fault } of mutants) print(`${name} (${breaks}): ${fault}`);
      return;
    }
    const ending = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => {
        // As a shell says which signal it was.
        process.exitCode = 128 + constants.signals[signal];
        ending.abort();
      });
    }
    // Whatever ends this process ends the runs that it has started.
    process.once('exit', () => ending.abort());
    try {
      process.exitCode = await runMutants({
        mutants,
        root: path.resolve(import.meta.dirname, '..'),
        seeds: options.seeds,
        parallel: options.parallel,
        timeoutMs: options.timeoutSeconds * 1_000,
        signal: ending.signal,
        print,
      });
    } catch (error) {
      if (!ending.signal.aborted) throw error;
    }
  })
  .parseAsync();

interface Options {
  readonly list: boolean;
  readonly seeds: number;
  readonly parallel: number;
  readonly timeoutSeconds: number;
}

function parseCount(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) {
    throw new InvalidArgumentError('It must be a whole number, 1 to 999999.');
  }
  return Number(text);
}
