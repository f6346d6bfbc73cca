import { type SourceConfig, sourceSchema } from '../../../lambdas/providers/catalogue.ts';
import type { WebhookExample } from '../../samples/webhook-example.ts';

type Settings = NonNullable<WebhookExample['settings']>;

/**
 * The lines that add a source to `holdfast.config.ts`, ready to be pasted into `sources`. Settings that the
 * provider cannot do without are there, with values to be replaced.
 *
 * @param example settings that are valid for the provider
 */
export function sourceBlock(
  name: string,
  provider: SourceConfig['provider'],
  label: string,
  example: Settings = {},
): readonly string[] {
  const needsMore = !sourceSchema.safeParse({ provider }).success;
  const settings = { provider, label, ...(needsMore ? example : {}) };
  const [, ...lines] = literal(settings).split('\n');
  return [`${propertyName(name)}: {`, ...lines.slice(0, -1), '},'];
}

/** Settings that a person has to look at before the block is of use; none for most providers. */
export function settingsToFill(
  provider: SourceConfig['provider'],
  example: Settings = {},
): readonly string[] {
  return sourceSchema.safeParse({ provider }).success ? [] : Object.keys(example);
}

/** A value as TypeScript, in the style of the configuration. */
function literal(value: Settings[string], indent = ''): string {
  if (typeof value === 'string') return text(value);
  if (typeof value !== 'object' || value === null) return String(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) return `[${value.map((each) => literal(each, indent)).join(', ')}]`;
  const members = Object.entries(value).map(
    ([name, member]) => `${inner}${propertyName(name)}: ${literal(member, inner)},`,
  );
  return members.length === 0 ? '{}' : ['{', ...members, `${indent}}`].join('\n');
}

function propertyName(name: string): string {
  return /^[a-z_$][\w$]*$/i.test(name) ? name : text(name);
}

function text(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`;
}
