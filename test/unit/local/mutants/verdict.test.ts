import { describe, expect, it } from 'vitest';
import { type Ended, verdictOf } from '../../../../local/mutants/verdict.ts';

const VIOLATION = '{"seed":17,"invariant":"G3","message":"two records of one person"}\n';
const SUMMARY = '{"seeds":2000,"violations":0}\n';

function ended(overrides: Partial<Ended>): Ended {
  return { exitCode: 0, stdout: '', stderr: '', ...overrides };
}

describe('the verdict on a mutant', () => {
  it('is that it was caught, by the first violation that is printed', () => {
    const stdout = `a line of text\n${VIOLATION}{"seed":18,"invariant":"G1"}\n`;

    expect(verdictOf(ended({ exitCode: 1, stdout }))).toEqual({
      kind: 'caught',
      seed: 17,
      invariant: 'G3',
    });
  });

  it('is that it survived, when all seeds have run', () => {
    expect(verdictOf(ended({ stdout: SUMMARY }))).toEqual({ kind: 'survived', seeds: 2_000 });
  });

  it.each([
    ['it never loaded', { exitCode: 1, stderr: 'at x.ts:1\n\nSyntaxError: Unexpected token\n' }],
    ['it ended without a word', { exitCode: 0 }],
    ['it ended with another code', { exitCode: 13, stdout: VIOLATION }],
    ['a signal ended it', { exitCode: null, stdout: VIOLATION }],
    ['it says both', { exitCode: 0, stdout: VIOLATION + SUMMARY }],
    ['it fails without a violation', { exitCode: 1, stdout: SUMMARY }],
    ['it took too long', { exitCode: null, stdout: VIOLATION, timedOutAfterMs: 5_000 }],
  ])('is none when %s', (_, how) => {
    expect(verdictOf(ended(how)).kind).toBe('no_verdict');
  });

  it('names the error, or the time, for the reader', () => {
    const stderr = 'file:///x.ts:3\nfoo bar\n\nSyntaxError: Unexpected token\n    at compile\n';

    expect(verdictOf(ended({ exitCode: 1, stderr }))).toMatchObject({
      reason: 'exit code 1: SyntaxError: Unexpected token',
    });
    expect(verdictOf(ended({ exitCode: 2, stderr: 'unknown option --json\n' }))).toMatchObject({
      reason: 'exit code 2: unknown option --json',
    });
    expect(verdictOf(ended({ exitCode: 3 }))).toMatchObject({
      reason: 'exit code 3: nothing was printed',
    });
    expect(verdictOf(ended({ timedOutAfterMs: 5_000 }))).toMatchObject({
      reason: 'not done after 5 s',
    });
  });
});
