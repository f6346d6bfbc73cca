import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ChildProcesses, Environment } from './child-processes.ts';

/** What the emulator runs on: MiniStack asks for it. */
const PYTHON_MINOR_MIN = 10;

const REQUIREMENTS = path.join(import.meta.dirname, 'requirements.txt');

/** The machine has no Python, or one that is too old. The message says what to do. */
export class PythonError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'PythonError';
  }
}

/**
 * Makes a Python environment that holds what `requirements.txt` names, byte for byte, and nothing else; one that was
 * made from the same file before is taken as it is.
 *
 * @param folder where environments are kept
 * @returns its Python
 * @throws {PythonError} there is no Python that is new enough, or the packages could not be installed
 */
export async function preparePython(
  children: ChildProcesses,
  folder: string,
  env: Environment,
): Promise<{ readonly python: string; readonly isNew: boolean }> {
  const requirements = readFileSync(REQUIREMENTS);
  const version = await findVersion(children, env);
  const digest = createHash('sha256').update(requirements).update(version).digest('hex');
  const home = path.join(folder, `python-${digest.slice(0, 12)}`);
  const python = path.join(home, 'bin', 'python');
  const complete = path.join(home, 'complete');
  if (existsSync(complete)) return { python, isNew: false };

  rmSync(home, { recursive: true, force: true });
  const made = await children.run('venv', ['python3', '-m', 'venv', home], { env });
  if (made.code !== 0) {
    throw new PythonError(
      `python3 -m venv failed; some systems have it in a package of its own (python3-venv).\n${made.out}${made.err}`,
    );
  }
  const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
  const pinned = ['--require-hashes', '--only-binary', ':all:', '--requirement', REQUIREMENTS];
  const installed = await children.run('pip', [python, ...install, ...pinned], { env });
  if (installed.code !== 0) {
    throw new PythonError(`pip could not install what ${REQUIREMENTS} names:\n${installed.err}`);
  }
  writeFileSync(complete, '');
  return { python, isNew: true };
}

/** @returns for example `3.11` */
async function findVersion(children: ChildProcesses, env: Environment): Promise<string> {
  const script = 'import sys; print("%d.%d" % sys.version_info[:2])';
  const asked = await children
    .run('python', ['python3', '-c', script], { env })
    .catch(() => undefined);
  const wanted = `The deploy test needs Python 3.${PYTHON_MINOR_MIN} or newer, as python3`;
  if (asked === undefined || asked.code !== 0) {
    throw new PythonError(`${wanted}, and there is none. Install it, and run this again.`);
  }
  const version = asked.out.trim();
  const [major, minor] = version.split('.').map(Number);
  if (major !== 3 || (minor ?? 0) < PYTHON_MINOR_MIN) {
    throw new PythonError(`${wanted}; this one is ${version}. Install a newer one.`);
  }
  return version;
}
