import type { JournalAction, JournalEntry, Touched } from '../../../lambdas/core/journal.ts';
import type { ListedActs } from '../../../lambdas/operations/journal/list-acts.ts';
import { tableLines } from '../../table-lines.ts';
import { counted } from '../text/counted.ts';
import { oneLine } from '../text/one-line.ts';
import { shortTime } from '../../../lambdas/core/short-time.ts';

const ACTIONS: Readonly<Record<JournalAction, string>> = {
  replayed: 'replayed',
  closed: 'closed',
  erased: 'erased',
  exported: 'exported',
  breaker_opened: 'opened the breaker',
  breaker_closed: 'closed the breaker',
  paused: 'paused deliveries',
  resumed: 'resumed deliveries',
  source_secret_stored: 'stored the secret of',
  secret_rotated: 'changed the secret of',
  secret_rotation_finished: 'ended the old secret of',
  zoho_credentials_replaced: 'replaced the credentials of Zoho',
  zoho_fields_created: 'created in Zoho',
};

const KINDS: Readonly<Record<Touched['kind'], readonly [one: string, many: string]>> = {
  lead: ['lead', 'leads'],
  identity: ['person', 'people'],
  source: ['source', 'sources'],
  secret: ['secret', 'secrets'],
  breaker: ['breaker', 'breakers'],
  crm_field: ['field', 'fields'],
};

const OUTCOMES: Readonly<Record<JournalEntry['outcome'], string>> = {
  done: '',
  failed: 'FAILED, in part or whole: ',
  begun: 'NOT KNOWN TO HAVE ENDED: ',
};

/** Acts whose words say all: what they touched is one thing, and the same each time. */
const SAYS_ALL: ReadonlySet<JournalAction> = new Set<JournalAction>([
  'breaker_opened',
  'breaker_closed',
  'paused',
  'resumed',
  'zoho_credentials_replaced',
]);

const REASON_SHOWN_MAX = 500;

/**
 * What operators did, a line each, newest first.
 *
 * @param columns how wide lines may be
 */
export function describeActs(
  { entries, from, hasMore }: ListedActs,
  target: string,
  columns: number,
): readonly string[] {
  if (entries.length === 0) {
    return [`No act of an operator is on record on ${target} since ${shortTime(from)}.`];
  }
  return [
    ...tableLines(
      entries.map((entry) => [
        shortTime(entry.at),
        shortIdentity(entry.by),
        whatText(entry),
        `${OUTCOMES[entry.outcome]}${oneLine(entry.reason, REASON_SHOWN_MAX)}`,
      ]),
      columns,
    ),
    ...(hasMore ? ['… and more: --limit, --from and --to show others'] : []),
  ];
}

/** `replayed 12 leads`, `replayed website|form_submission|1`, `erased 1 person and 3 leads`. */
function whatText({ action, outcome, touched, touchedCount }: JournalEntry): string {
  const [first] = touched;
  if (SAYS_ALL.has(action)) {
    // Deliveries went on already, say.
    return first === undefined && outcome === 'done'
      ? `${ACTIONS[action]} (was so)`
      : ACTIONS[action];
  }
  if (first === undefined) return `${ACTIONS[action]} nothing`;
  if (touchedCount === 1) return `${ACTIONS[action]} ${first.id}`;
  const kinds = [...new Set(touched.map(({ kind }) => kind))];
  const counts = kinds.map((kind) => {
    const listed = touched.filter((each) => each.kind === kind).length;
    // An entry names a part of many: what is left out is of the last kind, since they are named kind by kind.
    const count = kind === kinds.at(-1) ? listed + touchedCount - touched.length : listed;
    return counted(count, ...KINDS[kind]);
  });
  return `${ACTIONS[action]} ${counts.join(' and ')}`;
}

/**
 * Who it was, without what is the same for everybody of an account: `user/ana` of
 * `arn:aws:iam::111122223333:user/ana`.
 */
function shortIdentity(by: string): string {
  return by.startsWith('arn:') ? by.split(':').slice(5).join(':') : by;
}
