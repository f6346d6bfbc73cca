import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataDirectoryInUseError, takeDataDirectory } from '../../../local/data-directory.ts';

/** Larger than any process id that Linux gives out. */
const NOBODY = 2 ** 30;

describe('a data directory', () => {
  let parent: string;
  let directory: string;

  beforeEach(() => {
    parent = mkdtempSync(path.join(tmpdir(), 'holdfast-directory-'));
    directory = path.join(parent, 'data');
  });
  afterEach(() => {
    rmSync(parent, { recursive: true, force: true });
  });

  it('is made for its owner alone', () => {
    takeDataDirectory(directory);

    expect(statSync(directory).mode & 0o777).toBe(0o700);
  });

  it('serves one process at a time, and says which one has it', () => {
    const giveBack = takeDataDirectory(directory);

    expect(() => takeDataDirectory(directory)).toThrow(DataDirectoryInUseError);
    expect(() => takeDataDirectory(directory)).toThrow(new RegExp(`process ${process.pid}\\b`));

    giveBack();

    expect(() => takeDataDirectory(directory)()).not.toThrow();
  });

  it.each([String(NOBODY), '', 'junk'])(
    'is taken over from a process that was killed (mark %j)',
    (mark) => {
      takeDataDirectory(directory)();
      writeFileSync(path.join(directory, 'holdfast.lock'), mark);

      expect(() => takeDataDirectory(directory)).not.toThrow();
    },
  );
});
