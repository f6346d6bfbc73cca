import { rmSync } from 'node:fs';
import { cp, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** What the simulation needs to run. */
const SOURCES = ['bin', 'lambdas', 'lib', 'local', 'holdfast.config.ts', 'package.json'];

/** Copies that this process has made and not removed. */
const present = new Set<string>();

function removePresent(): void {
  for (const directory of present) rmSync(directory, { recursive: true, force: true });
}

/** A copy of the source in a directory of its own, outside the repository. */
export interface SourceCopy {
  readonly directory: string;
  /** Deletes it, whatever has happened to it. */
  remove(): Promise<void>;
}

/**
 * Copies the source, and puts other texts in the place of some files.
 *
 * `node_modules` is linked, not copied: a fault of ours changes no package.
 *
 * A process that ends before `remove` deletes it, too: at an error that nobody caught, or at `process.exit`.
 * A signal ends a process without that, unless somebody listens to it.
 *
 * @param root of the repository
 * @param files path from the root → the copy's text
 */
export async function createSourceCopy(
  root: string,
  files: ReadonlyMap<string, string>,
): Promise<SourceCopy> {
  const directory = await mkdtemp(path.join(await realpath(tmpdir()), 'holdfast-mutant-'));
  if (present.size === 0) process.on('exit', removePresent);
  present.add(directory);
  const copy: SourceCopy = {
    directory,
    remove: async () => {
      await rm(directory, { recursive: true, force: true });
      present.delete(directory);
      if (present.size === 0) process.off('exit', removePresent);
    },
  };
  try {
    for (const name of SOURCES) {
      await cp(path.join(root, name), path.join(directory, name), { recursive: true });
    }
    const packages = await realpath(path.join(root, 'node_modules'));
    await symlink(packages, path.join(directory, 'node_modules'), 'junction');
    for (const [file, text] of files) await writeFile(path.join(directory, file), text);
    return copy;
  } catch (error) {
    await copy.remove();
    throw error;
  }
}
