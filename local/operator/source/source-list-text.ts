import type {
  SourceList,
  SourceOverview,
} from '../../../lambdas/operations/status/list-sources.ts';
import type { SourceSecretFacts } from '../../../lambdas/operations/secret/source-secret-facts.ts';
import { tableLines } from '../../table-lines.ts';
import { commandLine } from '../text/command-line.ts';
import { counted } from '../text/counted.ts';
import { roughly } from '../text/rough-time.ts';
import { shortTime } from '../../../lambdas/core/short-time.ts';
import { seenText } from '../status/stats-text.ts';
import type { OperatorTarget } from '../target/target.ts';

/** What of the target the list shows. */
export type ListedTarget = Pick<OperatorTarget, 'name' | 'options' | 'endpoint'>;

/** All sources as a table, and what is to be done about some of them. */
export function describeSources(
  list: SourceList,
  target: ListedTarget,
  columns: number,
): readonly string[] {
  const { sources, asOf, isCut, countedSince, numbersFailed } = list;
  const nowMs = Date.parse(asOf);
  const rows = [
    [
      'source',
      'provider',
      'last seen',
      '24 h',
      '7 days',
      'delivered',
      'quarantine',
      'secret',
      'drift',
    ],
    ...sources.map((each) => [
      each.source,
      each.provider,
      `${seenText(each.lastSeen, nowMs)}${each.isSilent ? ' SILENT' : ''}`,
      numberText(each.lastDay),
      numberText(each.lastWeek?.accepted),
      numberText(each.lastWeek?.delivered),
      `${each.inQuarantine}${isCut ? '+' : ''}`,
      secretText(each.secret, nowMs),
      driftText(each),
    ]),
  ];
  const todo = sources.flatMap((each) => remedies(each, nowMs, target));
  return [
    `Sources of ${target.name}, as of ${shortTime(asOf)}`,
    '',
    ...tableLines(isTooWide(rows, columns) ? rows.map(withoutProvider) : rows, columns),
    '',
    ...(numbersFailed === undefined
      ? [
          '24 h, 7 days: leads taken in; delivered: of those of 7 days. quarantine: leads set aside now.',
          ...(countedSince === undefined
            ? []
            : [`Numbers are counted since ${shortTime(countedSince)}.`]),
        ]
      : [`The numbers could not be read: ${numbersFailed}`]),
    ...(todo.length === 0 ? [] : ['', 'To look at:', ...todo.map((line) => `  ${line}`)]),
    '',
    `Senders post to ${target.endpoint}/hooks/<source>, those whose address is their secret to that and /<secret>.`,
  ];
}

/** Words broken in two are harder to read than a column is to miss: the provider is in the configuration, too. */
function withoutProvider(row: readonly string[]): readonly string[] {
  return row.toSpliced(1, 1);
}

function isTooWide(rows: readonly (readonly string[])[], columns: number): boolean {
  return tableLines(rows).some(({ length }) => length > columns);
}

function numberText(value: number | undefined): string {
  return value === undefined ? '?' : String(value);
}

/** How a secret stands, in a few words. */
function secretText(secret: SourceSecretFacts, nowMs: number): string {
  switch (secret.kind) {
    case 'none':
      return 'has none';
    case 'missing':
      return 'MISSING';
    case 'unreadable':
      return 'could not look';
    case 'invalid':
      return 'WRONG FORM';
    case 'not_stored':
      return 'NOT STORED';
    case 'stored': {
      const { changedAtMs, previous } = secret;
      const age =
        changedAtMs === undefined ? 'stored' : `${roughly(Math.max(0, nowMs - changedAtMs))} old`;
      if (previous === undefined || previous.isOver) return age;
      const until =
        previous.untilMs === undefined ? '' : ` for ${roughly(previous.untilMs - nowMs)}`;
      return `${age}, previous valid${until}`;
    }
  }
}

function driftText({ drift }: SourceOverview): string {
  const parts = Object.entries(drift).map(([flag, count]) => `${count} ${flag}`);
  return parts.length === 0 ? '-' : parts.join(', ');
}

function remedies(
  overview: SourceOverview,
  nowMs: number,
  { options }: ListedTarget,
): readonly string[] {
  const { source, provider, secret, drift, inQuarantine } = overview;
  const command = (name: string, ...words: readonly string[]): string =>
    commandLine(name, ...words, ...options);
  const add = command('source add', provider, '--name', source);
  return [
    ...secretRemedy(source, secret, nowMs, {
      add,
      finish: command('source rotate', source, '--finish'),
    }),
    ...(overview.isSilent
      ? [
          `${source}: something should come every ${overview.expectedEveryHours ?? '?'} hours; try it:  ${command('source test', source)}`,
        ]
      : []),
    ...refusedRemedy(overview, command, add),
    ...(inQuarantine === 0
      ? []
      : [
          `${source}: see what was set aside, and why:  ${command('quarantine list', '--source', source)}`,
        ]),
    ...(Object.keys(drift).length === 0
      ? []
      : [`${source}: see which fields changed:  ${command('source drift', source)}`]),
  ];
}

/** Strangers are refused every day; so is a sender whose secret is not the one that is stored here. */
function refusedRemedy(
  { source, secret, lastWeek }: SourceOverview,
  command: (...words: readonly string[]) => string,
  add: string,
): readonly string[] {
  const rejected = lastWeek?.rejected ?? 0;
  const expired = lastWeek?.expired ?? 0;
  if (rejected === 0) return [];
  return [
    `${source}: ${counted(rejected, 'request was', 'requests were')} refused within 7 days: nothing proved who sent ${rejected === 1 ? 'it' : 'them'}.`,
    expired > 0
      ? `  ${expired} of them used the previous secret, whose time is over. The present one, for its sender:  ${add}`
      : secret.kind === 'none'
        ? '  If your own page did: is its address among allowedOrigins, in holdfast.config.ts?'
        : `  If its sender did, its secret is not ours. A new one, for both ends:  ${command('source rotate', source)}`,
  ];
}

function secretRemedy(
  source: string,
  secret: SourceSecretFacts,
  nowMs: number,
  { add, finish }: { readonly add: string; readonly finish: string },
): readonly string[] {
  switch (secret.kind) {
    case 'none':
      return [];
    case 'missing':
      return [`${source}: it has no secret there; deploy, then:  ${add}`];
    case 'not_stored':
      return [`${source}: nobody has stored the sender's secret yet:  ${add}`];
    case 'invalid':
      return [`${source}: ${secret.why}. Store it anew:  ${add} --rotate`];
    case 'unreadable':
      return [`${source}: ${secret.why}.`];
    case 'stored': {
      const { previous } = secret;
      if (previous === undefined) return [];
      if (previous.isOver)
        return [`${source}: its previous secret is no longer accepted; take it out:  ${finish}`];
      return previous.untilMs === undefined
        ? [
            `${source}: its previous secret is accepted without an end (${roughly(sinceMs(previous.sinceMs, nowMs))} by now); take it out:  ${finish}`,
          ]
        : [];
    }
  }
}

function sinceMs(from: number | undefined, nowMs: number): number {
  return from === undefined ? 0 : Math.max(0, nowMs - from);
}
