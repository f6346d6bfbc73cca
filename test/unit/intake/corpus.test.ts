import { describe, expect, it } from 'vitest';
import { corpusFiles, readCorpus } from '../../../local/fuzz/fuzz-input.ts';
import { buildFuzzSources } from '../../../local/fuzz/fuzz-sources.ts';
import { mutate } from '../../../local/fuzz/mutate.ts';
import { tryInput } from '../../../local/fuzz/try-input.ts';
import { createSeededRandom } from '../../../local/simulation/seeded-random.ts';

const sources = buildFuzzSources();
const inputs = readCorpus();

describe('intake owes to any request that it is answered, kept and never doubled', () => {
  it.each(corpusFiles().map((file, index) => [file, index] as const))(
    'in what was once found: %s',
    async (_, index) => {
      await expect(tryInput(inputs[index]!, sources)).resolves.toContain(inputs[index]!.source);
    },
  );

  it.each(sources.seeds.map((input) => [input.source, input] as const))(
    'in the example of %s, and in changes of it',
    async (_, input) => {
      const random = createSeededRandom(1);

      expect(await tryInput(input, sources)).toMatch(/ 200 /);
      for (let count = 0; count < 60; count += 1) {
        await tryInput(mutate(input, random, sources.seeds), sources);
      }
    },
  );
});
