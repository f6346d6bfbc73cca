import type { Mutant, Patch } from './mutant.ts';

/** The files that a mutant changes, as it has them, or why it cannot be built. */
export type Mutation =
  | { readonly kind: 'mutated'; readonly files: ReadonlyMap<string, string> }
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * Builds a mutant's files.
 *
 * It is refused unless every patch finds its text exactly once and changes it: a fault put into another
 * place than the one meant, or nowhere, would be a proof of nothing.
 *
 * @param read gives a file's present text, `undefined` when there is no such file
 */
export function applyPatches(mutant: Mutant, read: (file: string) => string | undefined): Mutation {
  if (mutant.patches.length === 0) return refused(mutant, 'it has no patch');
  const files = new Map<string, string>();

  for (const patch of mutant.patches) {
    const text = files.get(patch.file) ?? read(patch.file);
    if (text === undefined) return refused(mutant, `there is no file ${patch.file}`);
    const problem = problemWith(patch, text);
    if (problem !== undefined) return refused(mutant, `${problem} in ${patch.file}`);
    // A function, since `$` has a meaning in a replacement text.
    files.set(
      patch.file,
      text.replace(patch.find, () => patch.replace),
    );
  }
  return { kind: 'mutated', files };
}

function problemWith({ find, replace }: Patch, text: string): string | undefined {
  if (find === '') return 'an empty text is looked for';
  if (find === replace) return 'a patch changes nothing';
  const count = text.split(find).length - 1;
  return count === 1 ? undefined : `the text to replace stands ${count} times, not once,`;
}

function refused(mutant: Mutant, reason: string): Mutation {
  return { kind: 'refused', reason: `${mutant.name}: ${reason}` };
}
