import type { HoldfastConfig } from '../../../lambdas/core/config.ts';
import type { ProviderName } from '../../../lambdas/providers/catalogue.ts';

/**
 * Which configured source is meant.
 *
 * - `missing`: none; `name` is free for it
 * - `wrong`: what was typed does not fit the configuration, and `why` says what to do
 */
export type SourceChoice =
  | { readonly kind: 'found'; readonly name: string }
  | { readonly kind: 'missing'; readonly name: string }
  | { readonly kind: 'wrong'; readonly why: string };

/** Finds the source of a provider: the one of that name or, without a name, the only one there is. */
export function chooseSource(
  sources: HoldfastConfig['sources'],
  provider: ProviderName,
  name: string | undefined,
): SourceChoice {
  if (name !== undefined) {
    const source = Object.hasOwn(sources, name) ? sources[name] : undefined;
    if (source === undefined)
      return isSourceName(name) ? { kind: 'missing', name } : wrongName(name);
    return source.provider === provider
      ? { kind: 'found', name }
      : wrong(`The source ${name} has the provider ${source.provider}, not ${provider}.`);
  }
  const names = Object.keys(sources).filter((each) => sources[each]?.provider === provider);
  const [only, ...others] = names;
  if (only === undefined) return { kind: 'missing', name: freeName(sources, provider) };
  return others.length === 0
    ? { kind: 'found', name: only }
    : wrong(
        `Several sources have the provider ${provider}. Say which: --name ${names.join(' | ')}`,
      );
}

function freeName(sources: HoldfastConfig['sources'], provider: string): string {
  return Object.hasOwn(sources, provider) ? `${provider}_2` : provider;
}

/** As `holdfast.config.ts` takes it. */
function isSourceName(name: string): boolean {
  return /^[a-z][a-z0-9_-]{0,39}$/.test(name);
}

function wrongName(name: string): SourceChoice {
  return wrong(
    `"${name}" cannot be a source's name: lower-case letters, digits, _ or -, at most 40, starting with a letter.`,
  );
}

function wrong(why: string): SourceChoice {
  return { kind: 'wrong', why };
}
