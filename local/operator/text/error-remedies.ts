import { readFileSync } from 'node:fs';
import type { FailureCode } from '../../../lambdas/core/failure.ts';
import { shellWord } from './shell-word.ts';

const PAGE = new URL('../../../docs/errors.md', import.meta.url);

/**
 * What to do about a failure, as `docs/errors.md` says: in one place, for whoever reads it there or here.
 *
 * @param options the options that name the target again: commands get them
 * @returns sentences without markup; other pages by their paths
 * @throws {Error} the page has no row for it; a test holds the page against the catalogue
 */
export function remedyOf(code: FailureCode, options: readonly string[] = []): string {
  const row = readFileSync(PAGE, 'utf8')
    .split('\n')
    .find((line) => line.startsWith(`| \`${code}\` |`));
  const remedy = row?.split(/(?<!\\)\|/)[4];
  if (remedy === undefined) throw new Error(`docs/errors.md has no row for ${code}`);
  return remedy
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/(?<![\w/])[a-z-]+\.md\b/g, 'docs/$&')
    .replaceAll(/`(npx holdfast [^`]*)`/g, (_, command: string) =>
      [command, ...options.map(shellWord)].join(' '),
    )
    .replaceAll('`', '')
    .trim();
}
