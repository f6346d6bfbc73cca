import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod/mini';
import type { HoldfastConfig } from '../lambdas/core/config.ts';

const ROOT = path.join(import.meta.dirname, '..');

/** What a deployment is made of: another byte in these is another version. */
const FOLDERS = ['lambdas', 'lib'] as const;
const FILES = ['bin/app.ts', 'package-lock.json'] as const;

const DIGITS = 12;

/**
 * The version of what would be deployed from this checkout: that of the package, and a digest of the code, the
 * configuration and the locked dependencies, for example `0.1.0+3f9c0a51b2de`. Two checkouts with the same files have
 * the same one, whatever system they are on.
 *
 * @param config as it is read, with its defaults: where it comes from does not matter
 */
export function sourceVersion(config: HoldfastConfig, root = ROOT): string {
  const files = [
    ...FOLDERS.flatMap((folder) =>
      readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts'))
        .map((name) => path.posix.join(folder, name.replaceAll('\\', '/'))),
    ),
    ...FILES,
  ];
  const digest = createHash('sha256').update(JSON.stringify(config));
  for (const file of files.toSorted()) {
    // A checkout on Windows may have other ends of lines.
    const text = readFileSync(path.join(root, file), 'utf8').replaceAll('\r\n', '\n');
    digest.update(`${file}\n${text.length}\n${text}`);
  }
  return `${packageVersion(root)}+${digest.digest('hex').slice(0, DIGITS)}`;
}

function packageVersion(root: string): string {
  const text = readFileSync(path.join(root, 'package.json'), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}
