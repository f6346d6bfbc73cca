/**
 * Runs the simulation of the source that it lies in, one seed after the other, until an invariant is broken,
 * and prints a line of JSON: the first violation (exit code 1), or how many seeds kept every invariant (0).
 *
 * It is run in a process of its own, in a copy that may have a fault: what that throws, or never ends, is
 * nobody else's.
 */
import { runSeed } from '../simulation/run-seed.ts';

const seeds = Number(process.argv[2]);
let broken: object | undefined;

for (let seed = 1; seed <= seeds && broken === undefined; seed += 1) {
  const { violations, scenario } = await runSeed({ seed });
  const [first] = violations;
  if (first !== undefined) {
    const { invariant, sentence } = first;
    broken = { seed, scenario, invariant, sentence };
  }
}

process.stdout.write(`${JSON.stringify(broken ?? { seeds })}\n`);
process.exitCode = broken === undefined ? 0 : 1;
