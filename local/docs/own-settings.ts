import { readFileSync } from 'node:fs';
import { sourceBase } from '../../lambdas/core/source-settings.ts';
import { type ProviderName, sourceSchema } from '../../lambdas/providers/catalogue.ts';
import { readExample } from '../samples/webhook-example.ts';

/** A setting that a provider's sources have beside those of every source. */
export interface OwnSetting {
  readonly name: string;
  readonly isRequired: boolean;
  /** What it is without being set; absent when that is nothing. */
  readonly byDefault?: unknown;
  /** Its docstring in the source, as one line. */
  readonly about: string;
}

const ROOM = new URL('../../lambdas/', import.meta.url);

/** Where settings are declared that several providers have. */
const SHARED = ['providers/reading/generic-sender.ts', 'core/source-settings.ts'];

/** A provider's own settings, in the order of its schema. */
export function ownSettings(provider: ProviderName): readonly OwnSetting[] {
  const sources = [`providers/${provider.replaceAll('_', '-')}.ts`, ...SHARED].map((file) =>
    readFileSync(new URL(file, ROOM), 'utf8'),
  );
  return settingNames(provider).map((name) => ({
    name,
    ...isOrDefault(provider, name),
    about: sources.map((source) => docOf(name, source)).find((doc) => doc !== undefined) ?? '',
  }));
}

function settingNames(provider: ProviderName): readonly string[] {
  const schema = sourceSchema._zod.def.options.find((option) => {
    const { provider: literal } = option._zod.def.shape;
    return literal._zod.def.values.some((value) => value === provider);
  });
  const names = Object.keys(schema?._zod.def.shape ?? {});
  return names.filter((name) => name !== 'provider' && !Object.hasOwn(sourceBase, name));
}

/** By what a source of the example's settings is without this one. */
function isOrDefault(
  provider: ProviderName,
  name: string,
): Pick<OwnSetting, 'isRequired' | 'byDefault'> {
  const { [name]: _own, ...others } = readExample(provider).settings ?? {};
  const parsed = sourceSchema.safeParse({ provider, ...others });
  if (!parsed.success) return { isRequired: true };
  const value = (parsed.data as Readonly<Record<string, unknown>>)[name];
  return { isRequired: false, ...(value === undefined ? {} : { byDefault: value }) };
}

/** The docstring in front of a declaration of that name. */
function docOf(name: string, source: string): string | undefined {
  const pattern = String.raw`/\*\*((?:(?!\*/)[\s\S])*)\*/\s*(?:export const )?${name}\b\s*[:=,]`;
  return new RegExp(pattern)
    .exec(source)?.[1]
    ?.replaceAll(/^\s*\* ?/gm, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
