import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runSeed } from '../../../local/simulation/run-seed.ts';

/** Builders compose a function before anything is simulated. */
const BEFORE_A_RUN = /\/(?:build-[a-z]+|lazy-details-reader)\.ts$/;

describe('the first run of a process', () => {
  // regression: what a sender's API had told was read by code that was loaded meanwhile, and virtual time went on.
  it('is the same as any later one', async () => {
    const first = await runSeed({ seed: 3, scenario: 'calm', trace: true });
    const second = await runSeed({ seed: 3, scenario: 'calm', trace: true });

    expect(second.trace.join('\n')).toBe(first.trace.join('\n'));
  });

  it('waits for no file: whatever is imported later is declared as a lazy part', () => {
    const lambdas = join(import.meta.dirname, '../../../lambdas');
    const undeclared = readdirSync(lambdas, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !BEFORE_A_RUN.test(`/${name}`))
      .filter((name) =>
        /(?<!lazyPart\(async \(\) => await )\bimport\(['"]/.test(
          readFileSync(join(lambdas, name), 'utf8'),
        ),
      );

    expect(undeclared).toEqual([]);
  });
});
