/**
 * What each operation does to an event in each state: written down by hand from the state machine, and
 * used by nothing but its contract test.
 *
 * Every cell is an answer and, if the record changes, the change. `undefined` takes a field away.
 */
import type {
  ClaimRequest,
  EventDetails,
  EventRecord,
  FailedAttempt,
  QuarantineEntry,
} from '../../lambdas/core/event-record.ts';
import { failure } from '../../lambdas/core/failure.ts';
import type { StoreEraser } from '../../lambdas/core/ports/erasure.ts';
import type { EventStore } from '../../lambdas/core/ports/events.ts';
import { aLeadEvent, aNewEvent, T0 } from '../support/event-builders.ts';

/** When every operation of the table is tried. */
export const NOW = T0 + 100_000;

const HOLDER = 'token-holder';
const CLAIM = { leaseToken: HOLDER, leaseMs: 90_000 };
const CRM = { module: 'Leads', recordId: '4150868000000376008', action: 'insert' } as const;
const FAILED: FailedAttempt = {
  failure: failure('crm_no_answer'),
  attempts: 2,
  atMs: T0 + 5,
  nextDueAtMs: NOW + 60_000,
};
const QUARANTINED: QuarantineEntry = {
  quarantineId: 'q-1',
  failure: failure('crm_invalid_data', 'too long', { code: 'INVALID_DATA', field: 'Phone' }),
  attempts: 1,
  atMs: T0 + 5,
};
/** What both `failed` and `quarantined` have been at when the table tries something. */
const AT = '2026-11-22T04:00:00.005Z';

/** A store, and what operators erase with. */
export type ErasableStore = EventStore &
  Pick<StoreEraser, 'eraseEvent' | 'removePayloads' | 'forgetSubmitter'>;

/** A state to start from: how an event gets there, and how its record then differs from a new one. */
interface Start {
  readonly reach: (store: ErasableStore, key: string) => Promise<unknown>;
  readonly record?: { readonly [Name in keyof EventRecord]?: EventRecord[Name] | undefined };
}

const claim = async (store: EventStore, key: string, nowMs = NOW - 10_000) =>
  await store.claim({ key, ...CLAIM, nowMs });
const fail = async (store: EventStore, key: string, nextDueAtMs: number) => {
  await claim(store, key);
  await store.fail(key, HOLDER, { ...FAILED, nextDueAtMs });
};
const quarantine = async (store: EventStore, key: string) => {
  await claim(store, key);
  await store.quarantine(key, HOLDER, QUARANTINED);
};

const FAILED_RECORD: Partial<EventRecord> = {
  state: 'failed',
  attempts: 2,
  lastAttemptAt: AT,
  failure: FAILED.failure,
};
const QUARANTINED_RECORD: Partial<EventRecord> = {
  state: 'quarantined',
  attempts: 1,
  lastAttemptAt: AT,
  quarantinedAt: AT,
  quarantineId: 'q-1',
  failure: QUARANTINED.failure,
};
const LEASED: Partial<EventRecord> = { state: 'processing', claims: 1, leaseToken: HOLDER };

const markOf = (payloadHash: string) => `h1:${payloadHash.slice(0, 8)}`;

/** What is left of an event, whatever state it was in. */
const TOMBSTONE: { readonly [Name in keyof EventRecord]?: EventRecord[Name] } = {
  state: 'erased',
  occurredAt: '2026-11-22T04:00:00.000Z',
  correlationId: '',
  payloadHash: 'h1:aaaaaaaa',
  attempts: 0,
  claims: 0,
};
const GONE = {
  sourceEventId: undefined,
  deliveryId: undefined,
  leaseToken: undefined,
  leaseUntilMs: undefined,
  nextDueAtMs: undefined,
  lastAttemptAt: undefined,
  requeuedAtMs: undefined,
  crm: undefined,
  failure: undefined,
  quarantineId: undefined,
  quarantinedAt: undefined,
  dlqSentAt: undefined,
  closedAt: undefined,
  suppression: undefined,
  remappedAs: undefined,
};

/** The states. `absent` is an event that was never stored. */
export const STARTS = {
  absent: { reach: async () => {} },
  received: { reach: async () => {}, record: { state: 'received' } },
  processing: { reach: claim, record: { ...LEASED, leaseUntilMs: NOW + 80_000 } },
  'processing, lease over': {
    reach: async (store, key) => await claim(store, key, NOW - 90_000),
    record: { ...LEASED, leaseUntilMs: NOW },
  },
  'failed, not due': {
    reach: async (store, key) => await fail(store, key, NOW + 1_001),
    record: { ...FAILED_RECORD, nextDueAtMs: NOW + 1_001 },
  },
  'failed, due': {
    reach: async (store, key) => await fail(store, key, NOW + 1_000),
    record: { ...FAILED_RECORD, nextDueAtMs: NOW + 1_000 },
  },
  held: {
    reach: async (store, key) => await store.hold({ key, nowMs: T0 }),
    record: { state: 'held' },
  },
  succeeded: {
    reach: async (store, key) => await store.succeed(key, { crm: CRM, attempts: 1, atMs: T0 + 5 }),
    record: { state: 'succeeded', crm: CRM, attempts: 1, lastAttemptAt: AT },
  },
  suppressed: {
    reach: async () => {},
    record: { state: 'suppressed', suppression: 'spam_trap' },
  },
  'quarantined, letter to be sent': { reach: quarantine, record: QUARANTINED_RECORD },
  'quarantined, letter sent': {
    reach: async (store, key) => {
      await quarantine(store, key);
      await store.markDlqSent(key, 'q-1', 'permanent', T0 + 5);
    },
    record: { ...QUARANTINED_RECORD, dlqSentAt: AT },
  },
  closed: {
    reach: async (store, key) => {
      await quarantine(store, key);
      await store.close(key, 'q-1', T0 + 5);
    },
    record: { ...QUARANTINED_RECORD, state: 'closed', closedAt: AT },
  },
  erased: {
    reach: async (store, key) => await store.eraseEvent(key, { markOf, nowMs: T0 + 5 }),
    record: { ...TOMBSTONE, ...GONE, erasedAt: AT },
  },
  'requeued and received': {
    reach: async (store, key) => await store.markRequeued(key, NOW - 600_000, 0),
    record: { state: 'received', requeuedAtMs: NOW - 600_000 },
  },
  'requeued just now': {
    reach: async (store, key) => await store.markRequeued(key, NOW - 599_999, 0),
    record: { state: 'received', requeuedAtMs: NOW - 599_999 },
  },
} as const satisfies Readonly<Record<string, Start>>;

/** The name of a state to start from. */
export type StartName = keyof typeof STARTS;

/** What an operation answers, and what it makes of the record. */
export interface Cell {
  readonly answer: unknown;
  readonly change?: { readonly [Name in keyof EventRecord]?: EventRecord[Name] | undefined };
}

/** One operation with its arguments, and a cell for every state. */
export interface Row {
  readonly run: (store: ErasableStore, key: string) => Promise<unknown>;
  readonly cells: Readonly<Record<StartName, Cell>>;
}

const OPEN_TO_CLAIMS = [
  'received',
  'requeued and received',
  'requeued just now',
  'failed, due',
  'held',
] as const;
const QUARANTINES = ['quarantined, letter to be sent', 'quarantined, letter sent'] as const;

/** The cells that are given, by state or by several states, and one for all others. */
function cells(
  otherwise: Cell,
  ...given: readonly (readonly [readonly StartName[], Cell])[]
): Row['cells'] {
  const all = Object.keys(STARTS).map((name) => [name, otherwise]);
  const some = given.flatMap(([names, cell]) => names.map((name) => [name, cell]));
  return Object.fromEntries([...all, ...some]) as Row['cells'];
}

const claimed = (token: string, claims: number): Cell => ({
  answer: 'claimed',
  change: {
    state: 'processing',
    claims,
    leaseToken: token,
    leaseUntilMs: NOW + 90_000,
    nextDueAtMs: undefined,
  },
});

/** Out of quarantine, attempts count anew. */
const reopened = (token: string): Cell => ({
  answer: 'claimed',
  change: { ...claimed(token, 1).change, attempts: 0 },
});

const claimCells = (token: string, opensQuarantine: boolean): Row['cells'] =>
  cells(
    { answer: 'ended' },
    [['absent'], { answer: 'unknown_event' }],
    [OPEN_TO_CLAIMS, claimed(token, 1)],
    [['processing, lease over'], claimed(token, 2)],
    [['processing'], { answer: token === HOLDER ? 'claimed' : 'in_progress' }],
    [['failed, not due'], { answer: 'not_due' }],
    ...(opensQuarantine ? [[QUARANTINES, reopened(token)] as const] : []),
  );

const heldByHolder = ['processing', 'processing, lease over'] as const;
const withoutLease = { leaseToken: undefined, leaseUntilMs: undefined, claims: 0 };
const superseded = { answer: 'superseded' };
const unchanged = { answer: 'unchanged' };

const runClaim = (request: Partial<ClaimRequest>) => async (store: EventStore, key: string) =>
  (await store.claim({ key, leaseToken: 'token-other', leaseMs: 90_000, nowMs: NOW, ...request }))
    .kind;

const heldCells = (opensQuarantine: boolean): Row['cells'] => {
  const held: Cell = {
    answer: 'held',
    change: {
      state: 'held',
      leaseToken: undefined,
      leaseUntilMs: undefined,
      nextDueAtMs: undefined,
    },
  };
  return cells(
    unchanged,
    [['received', 'requeued and received', 'requeued just now', 'failed, due'], held],
    [['processing, lease over'], held],
    ...(opensQuarantine ? [[QUARANTINES, held] as const] : []),
  );
};

/** A second quarantine, of an event that is held by the holder. */
const AGAIN: QuarantineEntry = { ...QUARANTINED, quarantineId: 'q-2', attempts: 7, atMs: NOW };
const NOW_AT = '2026-11-22T04:01:40.000Z';

const DETAILS: EventDetails = {
  answers: new TextEncoder().encode('[{"id":"1001"}]'),
  mappingVersion: 'v1-details',
  normalized: aLeadEvent(),
};

/** The whole table. */
export const ROWS: Readonly<Record<string, Row>> = {
  'claim by another': { run: runClaim({}), cells: claimCells('token-other', false) },
  'claim by who holds it': {
    run: runClaim({ leaseToken: HOLDER }),
    cells: claimCells(HOLDER, false),
  },
  'claim with the quarantine’s id': {
    run: runClaim({ quarantineId: 'q-1' }),
    cells: claimCells('token-other', true),
  },
  'claim with another quarantine’s id': {
    run: runClaim({ quarantineId: 'q-0' }),
    cells: claimCells('token-other', false),
  },
  succeed: {
    run: async (store, key) => await store.succeed(key, { crm: CRM, attempts: 4, atMs: NOW }),
    cells: cells(
      {
        answer: undefined,
        change: {
          ...withoutLease,
          state: 'succeeded',
          attempts: 4,
          lastAttemptAt: NOW_AT,
          crm: CRM,
          failure: undefined,
          nextDueAtMs: undefined,
        },
      },
      [['absent', 'succeeded', 'erased'], { answer: undefined }],
    ),
  },
  'fail by who holds it': {
    run: async (store, key) => await store.fail(key, HOLDER, { ...FAILED, atMs: NOW }),
    cells: cells(superseded, [
      heldByHolder,
      {
        answer: 'written',
        change: {
          ...withoutLease,
          ...FAILED_RECORD,
          lastAttemptAt: NOW_AT,
          nextDueAtMs: NOW + 60_000,
        },
      },
    ]),
  },
  'fail by another': {
    run: async (store, key) => await store.fail(key, 'token-other', FAILED),
    cells: cells(superseded),
  },
  'release by who holds it': {
    run: async (store, key) => await store.release(key, HOLDER),
    cells: cells(superseded, [
      heldByHolder,
      { answer: 'written', change: { ...withoutLease, state: 'received' } },
    ]),
  },
  'release, untried, by who holds it': {
    run: async (store, key) => await store.release(key, HOLDER, true),
    cells: cells(superseded, [
      heldByHolder,
      { answer: 'written', change: { ...withoutLease, state: 'received' } },
    ]),
  },
  'release by another': {
    run: async (store, key) => await store.release(key, 'token-other'),
    cells: cells(superseded),
  },
  'quarantine by who holds it': {
    run: async (store, key) => await store.quarantine(key, HOLDER, AGAIN),
    cells: cells(superseded, [
      heldByHolder,
      {
        answer: 'written',
        change: {
          ...withoutLease,
          ...QUARANTINED_RECORD,
          quarantineId: 'q-2',
          attempts: 7,
          lastAttemptAt: NOW_AT,
          quarantinedAt: NOW_AT,
        },
      },
    ]),
  },
  'quarantine by another': {
    run: async (store, key) => await store.quarantine(key, 'token-other', AGAIN),
    cells: cells(superseded),
  },
  'suppress by who holds it': {
    run: async (store, key) => await store.suppress(key, HOLDER, 'deleted_at_source'),
    cells: cells(superseded, [
      heldByHolder,
      {
        answer: 'written',
        change: { ...withoutLease, state: 'suppressed', suppression: 'deleted_at_source' },
      },
    ]),
  },
  'suppress by another': {
    run: async (store, key) => await store.suppress(key, 'token-other', 'deleted_at_source'),
    cells: cells(superseded),
  },
  'store details by who holds it': {
    run: async (store, key) => await store.storeDetails(key, HOLDER, DETAILS),
    cells: cells(superseded, [
      heldByHolder,
      { answer: 'written', change: { remappedAs: 'v1-details', attempts: 0 } },
    ]),
  },
  'store details by another': {
    run: async (store, key) => await store.storeDetails(key, 'token-other', DETAILS),
    cells: cells(superseded),
  },
  'note the letter of the quarantine': {
    run: async (store, key) => await store.markDlqSent(key, 'q-1', 'permanent', NOW),
    cells: cells({ answer: undefined }, [
      QUARANTINES,
      { answer: undefined, change: { dlqSentAt: NOW_AT } },
    ]),
  },
  'note the letter of another quarantine': {
    run: async (store, key) => await store.markDlqSent(key, 'q-0', 'permanent', NOW),
    cells: cells({ answer: undefined }),
  },
  'close the quarantine': {
    run: async (store, key) => await store.close(key, 'q-1', NOW),
    cells: cells(superseded, [
      QUARANTINES,
      { answer: 'written', change: { state: 'closed', closedAt: NOW_AT } },
    ]),
  },
  'close another quarantine': {
    run: async (store, key) => await store.close(key, 'q-0', NOW),
    cells: cells(superseded),
  },
  hold: {
    run: async (store, key) => await store.hold({ key, nowMs: NOW }),
    cells: heldCells(false),
  },
  'hold with the quarantine’s id': {
    run: async (store, key) => await store.hold({ key, nowMs: NOW, quarantineId: 'q-1' }),
    cells: heldCells(true),
  },
  'hold with another quarantine’s id': {
    run: async (store, key) => await store.hold({ key, nowMs: NOW, quarantineId: 'q-0' }),
    cells: heldCells(false),
  },
  unhold: {
    run: async (store, key) => await store.unhold(key, NOW),
    cells: cells(unchanged, [
      ['held'],
      { answer: 'received', change: { state: 'received', requeuedAtMs: NOW } },
    ]),
  },
  'mark as requeued': {
    run: async (store, key) => await store.markRequeued(key, NOW, NOW - 600_000),
    cells: cells({ answer: 'marked', change: { requeuedAtMs: NOW } }, [
      ['absent', 'requeued just now'],
      unchanged,
    ]),
  },
  'read anew in the quarantine': {
    run: async (store, key) => await store.remap(key, 'q-1', 'v2', aLeadEvent()),
    cells: cells(superseded, [QUARANTINES, { answer: 'written', change: { remappedAs: 'v2' } }]),
  },
  erase: {
    run: async (store, key) => (await store.eraseEvent(key, { markOf, nowMs: NOW })).kind,
    cells: cells(
      { answer: 'erased', change: { ...TOMBSTONE, ...GONE, erasedAt: NOW_AT } },
      [['processing'], { answer: 'in_delivery' }],
      [['erased'], { answer: 'erased' }],
      [
        ['absent'],
        {
          answer: 'erased',
          change: {
            ...TOMBSTONE,
            source: 'website',
            eventType: 'lead.created',
            occurredAt: NOW_AT,
            receivedAt: NOW_AT,
            erasedAt: NOW_AT,
            payloadHash: 'h1:',
            mappingVersion: '',
            conflicts: 0,
          },
        },
      ],
    ),
  },
  'remove what lies beside a tombstone': {
    run: async (store, key) => (await store.removePayloads(key)) > 0,
    cells: cells({ answer: false }, [['erased'], { answer: true }]),
  },
  'accept it again': {
    run: async (store, key) => (await store.accept(aNewEvent({ key }))).kind,
    cells: cells(
      { answer: 'duplicate' },
      [['absent'], { answer: 'accepted', change: { ...recordOf(), state: 'received' } }],
      [['erased'], { answer: 'erased' }],
    ),
  },
  'accept other content under its key': {
    run: async (store, key) =>
      (await store.accept(aNewEvent({ key, payloadHash: 'b'.repeat(64) }))).kind,
    cells: cells(
      { answer: 'conflict', change: { conflicts: 1 } },
      [
        ['absent'],
        {
          answer: 'accepted',
          change: { ...recordOf(), state: 'received', payloadHash: 'b'.repeat(64) },
        },
      ],
      [['erased'], { answer: 'erased' }],
    ),
  },
  'read anew in another quarantine': {
    run: async (store, key) => await store.remap(key, 'q-0', 'v2', aLeadEvent()),
    cells: cells(superseded),
  },
};

/** Brings an event into a state. */
export async function reach(store: ErasableStore, start: StartName, key: string): Promise<void> {
  if (start === 'absent') return;
  await store.accept(
    aNewEvent({
      key,
      ...(start === 'suppressed'
        ? { initial: { state: 'suppressed', suppression: 'spam_trap' } as const }
        : {}),
    }),
  );
  await (STARTS[start] as Start).reach(store, key);
}

/** The whole record of an event in a state. */
export function recordAt(start: StartName, key: string): EventRecord | undefined {
  const { record } = STARTS[start] as Start;
  return record === undefined ? undefined : ({ key, ...recordOf(), ...record } as EventRecord);
}

/** The record of an event that was just received, but for its key. */
function recordOf(): Omit<EventRecord, 'key'> {
  return {
    state: 'received',
    source: 'website',
    eventType: 'lead.created',
    sourceEventId: '1001',
    occurredAt: '2026-11-22T03:59:58.000Z',
    receivedAt: '2026-11-22T04:00:00.000Z',
    correlationId: 'corr-1001',
    payloadHash: 'a'.repeat(64),
    mappingVersion: 'v1',
    attempts: 0,
    claims: 0,
    conflicts: 0,
  };
}
