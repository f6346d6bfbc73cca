import { readFileSync } from 'node:fs';
import type { FailureCode } from '../../lambdas/core/failure.ts';

const PAGE = new URL('../../docs/errors.md', import.meta.url);

/**
 * What to do about a failure, as `docs/errors.md` says: in one place, for whoever reads it there or here.
 *
 * @returns sentences without markup
 * @throws {Error} the page has no row for it; a test holds the page against the catalogue
 */
export function remedyOf(code: FailureCode): string {
  const row = readFileSync(PAGE, 'utf8')
    .split('\n')
    .find((line) => line.startsWith(`| \`${code}\` |`));
  const remedy = row?.split(/(?<!\\)\|/)[4];
  if (remedy === undefined) throw new Error(`docs/errors.md has no row for ${code}`);
  return remedy
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll('`', '')
    .trim();
}
