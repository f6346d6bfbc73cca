import { describe, expect, it } from 'vitest';
import { applyPatches } from '../../../../local/mutants/apply-patches.ts';
import type { Patch } from '../../../../local/mutants/mutant.ts';

const SOURCE: Readonly<Record<string, string>> = {
  'a.ts': 'if (isOurs) release();\nif (isOurs) confirm();\n',
  'b.ts': "const price = '$1';\n",
};

function apply(...patches: Patch[]) {
  return applyPatches(
    { name: 'unfenced', fault: 'It releases what is not its own.', breaks: 'G3', patches },
    (file) => SOURCE[file],
  );
}

describe('a mutant', () => {
  it('has the new text in the place of the old one, and all else as it was', () => {
    const mutation = apply(
      { file: 'a.ts', find: 'if (isOurs) release', replace: 'release' },
      { file: 'a.ts', find: 'confirm();\n', replace: '{}' },
      { file: 'b.ts', find: "'$1'", replace: "'$&$$'" },
    );

    expect(mutation).toEqual({
      kind: 'mutated',
      files: new Map([
        ['a.ts', 'release();\nif (isOurs) {}'],
        ['b.ts', "const price = '$&$$';\n"],
      ]),
    });
  });

  it.each([
    [
      'stands twice',
      { file: 'a.ts', find: 'if (isOurs)', replace: '' },
      '2 times, not once, in a.ts',
    ],
    ['stands nowhere', { file: 'b.ts', find: 'isOurs', replace: '' }, '0 times, not once, in b.ts'],
    ['stays as it is', { file: 'b.ts', find: '$1', replace: '$1' }, 'changes nothing in b.ts'],
    ['is empty', { file: 'b.ts', find: '', replace: 'x' }, 'an empty text'],
    ['is in no file', { file: 'c.ts', find: 'x', replace: 'y' }, 'there is no file c.ts'],
  ])('is refused when the text to replace %s', (_, patch, reason) => {
    const mutation = apply(patch);

    expect(mutation).toMatchObject({ kind: 'refused', reason: expect.stringContaining(reason) });
    expect(mutation).toMatchObject({ reason: expect.stringMatching(/^unfenced: /) });
  });

  it('is refused when it changes nothing at all', () => {
    expect(apply()).toEqual({ kind: 'refused', reason: 'unfenced: it has no patch' });
  });

  it('looks for the second text in what the first patch has made', () => {
    const mutation = apply(
      { file: 'a.ts', find: 'release()', replace: 'confirm()' },
      { file: 'a.ts', find: 'confirm()', replace: '' },
    );

    expect(mutation).toMatchObject({ kind: 'refused' });
  });
});
