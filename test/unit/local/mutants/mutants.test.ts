import { transformSync } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { applyPatches } from '../../../../local/mutants/apply-patches.ts';
import { MUTANTS } from '../../../../local/mutants/mutants.ts';
import { fileReader } from '../../../../local/mutants/run-mutants.ts';

describe('the list of mutants', () => {
  it('names each once', () => {
    const names = MUTANTS.map(({ name }) => name);

    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
  });

  // A fault that no longer fits the code would be noticed only by whoever next runs them all.
  it.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))(
    'fits %s to the present source, and what it makes can be read',
    (_, mutant) => {
      const mutation = applyPatches(mutant, fileReader(process.cwd()));

      expect(mutation).toMatchObject({ kind: 'mutated' });
      if (mutation.kind !== 'mutated') return;
      for (const [file, text] of mutation.files) {
        expect(() => transformSync(text, { loader: 'ts' }), file).not.toThrow();
      }
    },
  );
});
