import { cp, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** What the simulation needs to run. */
const SOURCES = ['bin', 'lambdas', 'lib', 'local', 'holdfast.config.ts', 'package.json'];

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
 * @param root of the repository
 * @param files path from the root → the copy's text
 */
export async function createSourceCopy(
  root: string,
  files: ReadonlyMap<string, string>,
): Promise<SourceCopy> {
  const directory = await mkdtemp(path.join(await realpath(tmpdir()), 'holdfast-mutant-'));
  const copy: SourceCopy = {
    directory,
    remove: () => rm(directory, { recursive: true, force: true }),
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
