import { type BoundProvider, bindProvider } from '../../lambdas/providers/bind-provider.ts';
import {
  GUIDES,
  type ProviderName,
  type SourceConfig,
  sourceSchema,
} from '../../lambdas/providers/catalogue.ts';
import type { ProviderGuide } from '../../lambdas/providers/guide.ts';
import { readsDetails } from '../../lambdas/providers/reads-details.ts';
import { readExample } from '../samples/webhook-example.ts';
import { type OwnSetting, ownSettings } from './own-settings.ts';
import { PROVIDERS_PAGE_HEAD } from './providers-page-head.ts';

/** Where the page lies. */
export const PROVIDERS_PAGE = new URL('../../docs/providers.md', import.meta.url);

/** The text of `docs/providers.md`: what is known of each sender, from the guides in the source. */
export function providersPage(): string {
  const names = (Object.keys(GUIDES) as ProviderName[]).toSorted((a, b) =>
    GUIDES[a].title.localeCompare(GUIDES[b].title, 'en'),
  );
  return [
    PROVIDERS_PAGE_HEAD,
    '## The senders at a glance',
    '',
    '| sender | `provider` | what it signs | when it repeats | when it gives up | what it gets |',
    '|---|---|---|---|---|---|',
    ...names.map(row),
    '',
    ...names.flatMap(section),
  ].join('\n');
}

function row(name: ProviderName): string {
  const { title, signs, retries, givesUp } = GUIDES[name];
  const cells = [`[${title}](#${anchorOf(title)})`, `\`${name}\``, signs, retries, givesUp];
  return `| ${[...cells, answersOf(name)].map(cell).join(' | ')} |`;
}

function section(name: ProviderName): readonly string[] {
  const guide = GUIDES[name];
  const settings = ownSettings(name);
  return [
    `## ${guide.title}`,
    `\`provider: '${name}'\`. ${SECRET_IS[guide.secret]}${membersOf(name, guide)}`,
    '',
    ...guide.steps.map((step, index) => `${index + 1}. ${prose(step)}`),
    '',
    ...(settings.length === 0
      ? []
      : ['| setting of its own | default | |', '|---|---|---|', ...settings.map(settingRow), '']),
    ...(guide.unconfirmed.length === 0
      ? []
      : ['Not confirmed:', '', ...guide.unconfirmed.map((each) => `* ${prose(each)}`), '']),
    ...(guide.sources.length === 0 ? [] : [`From: ${guide.sources.map(prose).join('; ')}.`, '']),
  ];
}

const SECRET_IS = {
  ours: 'The secret is ours: `source add` makes it, and you paste it at the sender.',
  theirs: 'The secret is the sender’s: `source add` asks for it.',
  none: 'There is no secret.',
} as const satisfies Record<ProviderGuide['secret'], string>;

/** What else lies in the source's secret. */
function membersOf(name: ProviderName, { steps }: ProviderGuide): string {
  const { detailsApi } = bound(name);
  const isAsked = readsDetails(sourceOf(name));
  return [
    ...(steps.some((step) => step.includes('{verify_token}'))
      ? [
          ' `verify_token` is ours, too: the sender names it when it asks whether the address is ours.',
        ]
      : []),
    ...(detailsApi === undefined
      ? []
      : [
          isAsked
            ? ` The webhook only names a submission: its details are read from ${detailsApi.origin} with the \`api_token\`, which \`source add\` asks for.`
            : ` With \`readDetails\`, details are read from ${detailsApi.origin} with the \`api_token\`, which \`source add\` then asks for.`,
        ]),
  ].join('');
}

function settingRow({ name, isRequired, byDefault, about }: OwnSetting): string {
  const value = isRequired ? 'required' : byDefault === undefined ? 'none' : shown(byDefault);
  return `| ${[`\`${name}\``, value, about].map(cell).join(' | ')} |`;
}

const SHOWN_MAX = 60;

function shown(value: unknown): string {
  const text = typeof value === 'string' ? `'${value}'` : JSON.stringify(value);
  if (text.length <= SHOWN_MAX) return `\`${text}\``;
  return Array.isArray(value) ? `a list of ${value.length}` : 'see the source';
}

/** How intake answers, as far as senders differ. */
function answersOf(name: ProviderName): string {
  const { answers, handshake, hasSecret } = bound(name);
  return [
    answers.acceptedBody === undefined ? '200' : `200 with \`${answers.acceptedBody}\``,
    hasSecret
      ? `${answers.refusedStatus ?? 401} where the proof is wrong`
      : '403 for a strange origin',
    ...(handshake === undefined ? [] : ['its handshake (`GET`)']),
  ].join(', ');
}

/** As its example is configured, where settings are needed. */
function sourceOf(provider: ProviderName): SourceConfig {
  const { settings = {} } = readExample(provider);
  return sourceSchema.parse({ provider, ...settings });
}

function bound(provider: ProviderName): BoundProvider {
  return bindProvider(sourceOf(provider));
}

/** As GitHub makes them. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

function cell(text: string): string {
  return prose(text).replaceAll('|', '\\|');
}

/** Text as Markdown shows it: angle brackets outside of code are no tags, addresses no links. */
function prose(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part) =>
      part.startsWith('`') ? part : part.replaceAll('<', '\\<').replaceAll('*', '\\*'),
    )
    .join('');
}
