import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type CallSite, LAMBDAS_DIRECTORY } from './crash-points.ts';
import { EVENT_STORE_METHODS } from './event-store-methods.ts';

/** Folders whose code runs in the simulated processes. */
const ROOMS = ['consumer', 'core', 'details', 'intake', 'operations', 'runtime', 'sweeper', 'zoho'];

/** Port → the methods that wait for the world. */
const PORT_METHODS: Readonly<Record<string, readonly string[]>> = {
  events: EVENT_STORE_METHODS,
  identities: ['read', 'save', 'bindAlias', 'link'],
  eraser: ['eraseEvent', 'removePayloads', 'unlink', 'forgetSubmitter'],
  breakers: ['read', 'save'],
  tokens: ['read', 'save'],
  queue: ['enqueue', 'defer'],
  deadLetters: ['send', 'count'],
  secrets: ['read'],
  crm: ['write', 'readBack', 'probe', 'addNote'],
  clock: ['sleep'],
};

const CALL = new RegExp(
  Object.entries(PORT_METHODS)
    .map(([port, methods]) => `\\b${port}\\.(?:${methods.join('|')})\\(`)
    .join('|'),
  'g',
);

/** Functions that are handed in instead of a port, by the name that they have where they are called. */
const HANDED_IN: Readonly<Record<string, string>> = {
  'fetcher(': 'zoho.fetch',
  'readCredentials(': 'secrets.read',
};

/** Of commands that show something: a crash of one leaves nothing behind. */
const LOOKED_AT = 'only a person looks at it; it writes nothing';

/** Calls that no run of the simulation can reach, by file and port, and why. */
const UNREACHABLE: Readonly<Record<string, string>> = {
  'consumer/hydrate-event.ts events.keepMapping': 'intake and the consumer have one configuration',
  'consumer/hydrate-event.ts events.readRecord': 'no provider of the simulation tells of deletions',
  'consumer/try-way.ts crm.probe': 'no canary is sent in the simulation',
  'consumer/try-way.ts events.readNormalized': 'no canary is sent in the simulation',
  'intake/note-previous-secret.ts events.notePreviousSecret':
    'no source of the simulation has a previous secret',
  'intake/accept-event.ts events.readRecord':
    'no sender of the simulation repeats a request of more than ten leads',
  'intake/admit-human.ts events.readRecord':
    'no source of the simulation asks for proof of a person',
  'intake/check-human.ts secrets.read': 'no source of the simulation asks for proof of a person',
  'intake/handshake.ts secrets.read':
    'no sender of the simulation asks whether the address is ours',
  'operations/mapping/kept-mapping.ts events.readMapping': 'only a person asks for an old mapping',
  'operations/mapping/mapping-diff.ts events.readNormalized':
    'only a person compares mappings; it writes nothing',
  'operations/lookup/paced-scan.ts clock.sleep':
    'only a person looks through the store; it writes nothing',
  'operations/secret/rotate-source-secret.ts events.readPreviousSecretMs':
    'only a person rotates a secret',
  'operations/lookup/follow-name.ts identities.read': LOOKED_AT,
  'operations/status/list-sources.ts events.listOpen': LOOKED_AT,
  'operations/status/list-sources.ts events.readSourceFields': LOOKED_AT,
  'operations/status/list-sources.ts events.readSourceSeenMs': LOOKED_AT,
  'operations/status/open-leads.ts events.measureOpen': LOOKED_AT,
  'operations/doctor/delivery-looks.ts events.readSourceSeenMs': LOOKED_AT,
  'operations/doctor/secret-looks.ts secrets.read': LOOKED_AT,
  'operations/status/pipeline-stats.ts events.readSourceSeenMs': LOOKED_AT,
  'operations/lookup/search-waiting.ts events.listOpen': LOOKED_AT,
  'operations/lookup/stored-lead.ts events.readAudit': LOOKED_AT,
  'operations/lookup/stored-lead.ts events.readNormalized': LOOKED_AT,
  'operations/lookup/stored-lead.ts events.readRecord': LOOKED_AT,
};

/** Calls that are named here, by file and port: each must be one that there is. */
export const NAMED_UNREACHABLE: readonly string[] = Object.keys(UNREACHABLE);

/** Why a place can't be reached; `undefined` where it can. */
export function whyUnreachable(site: CallSite): string | undefined {
  return UNREACHABLE[withoutLine(site)];
}

/**
 * Lists every place in the processes' source that calls a port, so that a report can say which of them no
 * crash ever struck.
 */
export function listPortCallSites(): readonly CallSite[] {
  return ROOMS.flatMap((room) =>
    readdirSync(path.join(LAMBDAS_DIRECTORY, room), { encoding: 'utf8', recursive: true })
      .filter((name) => name.endsWith('.ts') && !path.basename(name).startsWith('build-'))
      .flatMap((name) => sitesOf(path.posix.join(room, ...name.split(path.sep)))),
  ).toSorted();
}

function sitesOf(file: string): readonly CallSite[] {
  const lines = readFileSync(path.join(LAMBDAS_DIRECTORY, file), 'utf8').split('\n');
  return lines.flatMap((line, index) => {
    const code = line.trimStart();
    if (code.startsWith('//') || code.startsWith('*')) return [];
    return targetsOf(line, file).map((target) => `${file}:${index + 1} ${target}`);
  });
}

function targetsOf(line: string, file: string): readonly string[] {
  const calls = [...line.matchAll(CALL)].map((match) => match[0].slice(0, -1));
  const handedIn = Object.entries(HANDED_IN)
    .filter(([call]) => new RegExp(`(?:await|return|=>) ${call.slice(0, -1)}\\(`).test(line))
    .map(([, target]) =>
      file.startsWith('details/') ? target.replace('zoho.', 'details.') : target,
    );
  return [...calls, ...handedIn];
}

/**
 * What a seed may aim its crashes at: a port's call in one file, whatever the line.
 *
 * Lines are not the same in every runner, and a seed must be the same run in all of them.
 */
export const AIMS: readonly string[] = [
  ...new Set(
    listPortCallSites()
      .filter((site) => whyUnreachable(site) === undefined)
      .map((site) => withoutLine(site)),
  ),
];

/** A call site without its line. */
export function withoutLine(site: CallSite): string {
  return site.replace(/:\d+ /, ' ');
}
