import { Command, InvalidArgumentError, Option } from 'commander';
import { runSimulation } from '../local/simulation/run-simulation.ts';
import { SCENARIO_NAMES, type ScenarioName } from '../local/simulation/scenarios.ts';

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** One line that is written over, where a person looks on. */
const progress = (line: string): void => {
  if (process.stderr.isTTY) process.stderr.write(`\r${line.padEnd(40)}\r`);
};

await new Command('simulate')
  .description(
    'run the pipeline on a virtual clock, with faults drawn by seeds, and check what it promises',
  )
  .option('--seeds <count>', 'how many seeds', parseCount, 3_000)
  .option('--from <seed>', 'the first of them', parseCount, 1)
  .option('--seed <seed>', 'this one alone', parseCount)
  .addOption(
    new Option('--scenario <name>', 'this scenario; drawn by each seed otherwise').choices([
      ...SCENARIO_NAMES,
    ]),
  )
  .option('--trace', 'print every step of the one seed', false)
  .option('--jobs <count>', 'threads; as many as there are cores otherwise', parseCount)
  .action(async (options: CommandOptions) => {
    process.exitCode = await runSimulation({ ...options, print, progress });
  })
  .parseAsync();

interface CommandOptions {
  seeds: number;
  from: number;
  seed?: number;
  scenario?: ScenarioName;
  trace: boolean;
  jobs?: number;
}

function parseCount(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) {
    throw new InvalidArgumentError('It must be a whole number, 1 or more.');
  }
  return Number(text);
}
