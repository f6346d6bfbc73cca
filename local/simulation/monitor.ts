import type { EventRecord } from '../../lambdas/core/event-record.ts';
import type { EventStore } from '../../lambdas/core/ports/events.ts';
import type { RecordChange, RecordJournal } from '../zoho-simulator/records/record-file.ts';
import type { StoredRecord } from '../zoho-simulator/records/record.ts';
import type { Facts, RecordFacts } from './facts.ts';
import type { Observer } from './observer.ts';

/** Gathers the facts of a run, and shows each to the observers. */
export interface Monitor extends Required<Observer> {
  /** Looks an event up after a call that may have changed it. */
  lookUp(key: string, body?: Uint8Array): Promise<void>;
  /** Sees every commit to the CRM's records. */
  readonly journal: RecordJournal;
  /** What is written to the CRM meanwhile is a person's work. */
  asPerson(work: () => void): void;
  letterSent(key: string, quarantineId: string): void;
}

/** Builds the monitor. @param observers in the order in which they look */
export function createMonitor(
  facts: Facts,
  events: EventStore,
  observers: readonly Observer[],
): Monitor {
  const stored = new Map<string, StoredRecord>();
  let author: 'holdfast' | 'person' = 'holdfast';

  const changed = (key: string, record: EventRecord, body: Uint8Array | undefined): void => {
    const known = facts.events.get(key);
    if (known !== undefined) {
      const before = known.record;
      if (before === record) return;
      known.record = record;
      for (const observer of observers) observer.eventChanged?.(known, before);
      return;
    }
    const text = body === undefined ? undefined : Buffer.from(body).toString();
    const submission = text === undefined ? undefined : facts.byBody.get(text);
    if (text === undefined || submission === undefined) return;
    const event = {
      key,
      submission,
      body: text,
      record,
      letters: new Set<string>(),
      neighbourDeaths: 0,
    };
    facts.events.set(key, event);
    for (const observer of observers) observer.eventChanged?.(event, undefined);
  };

  const put = (after: StoredRecord): void => {
    const before = stored.get(after.id);
    stored.set(after.id, after);
    const record = facts.records.get(after.id) ?? newRecord(after, author);
    facts.records.set(after.id, record);
    if (typeof after.fields['Holdfast_Key'] === 'string') record.key = after.fields['Holdfast_Key'];
    if (after.converted !== undefined) record.gone = 'converted';
    record.workflowRuns = after.workflowFires.insert + after.workflowFires.update;
    if (author === 'holdfast') {
      const version = Number(after.fields['Holdfast_Version']);
      record.commits.set(version, (record.commits.get(version) ?? 0) + 1);
    }
    for (const observer of observers) observer.committed?.({ by: author, before, after });
    noteFields(record, before, after, author);
  };

  return {
    lookUp: async (key, body) => {
      const record = await events.readRecord(key);
      if (record !== undefined) changed(key, record, body);
    },
    journal: {
      append: (change: RecordChange) => {
        if (change.op === 'put') put(change.record);
        if (change.op !== 'delete') return;
        const record = facts.records.get(change.id);
        if (record !== undefined) record.gone = 'deleted';
        for (const observer of observers) observer.removed?.(change.id);
      },
      close: () => undefined,
    },
    asPerson: (work) => {
      author = 'person';
      try {
        work();
      } finally {
        author = 'holdfast';
      }
    },
    letterSent: (key, quarantineId) => {
      facts.events.get(key)?.letters.add(quarantineId);
      for (const observer of observers) observer.lettered?.(key, quarantineId);
    },
    ...toAll(observers),
  };
}

function toAll(observers: readonly Observer[]): Required<Observer> {
  const inTurn = async (look: (observer: Observer) => Promise<void> | undefined): Promise<void> => {
    for (const observer of observers) await look(observer);
  };
  return {
    answered: async (...seen) => await inTurn((each) => each.answered?.(...seen)),
    replayed: async (...seen) => await inTurn((each) => each.replayed?.(...seen)),
    atRest: async () => await inTurn((each) => each.atRest?.()),
    eventChanged: (...seen) => observers.forEach((each) => each.eventChanged?.(...seen)),
    committed: (...seen) => observers.forEach((each) => each.committed?.(...seen)),
    removed: (...seen) => observers.forEach((each) => each.removed?.(...seen)),
    requested: (...seen) => observers.forEach((each) => each.requested?.(...seen)),
    responded: (...seen) => observers.forEach((each) => each.responded?.(...seen)),
    writing: (...seen) => observers.forEach((each) => each.writing?.(...seen)),
    written: (...seen) => observers.forEach((each) => each.written?.(...seen)),
    completed: (...seen) => observers.forEach((each) => each.completed?.(...seen)),
    detailsAsked: (...seen) => observers.forEach((each) => each.detailsAsked?.(...seen)),
    accepted: (...seen) => observers.forEach((each) => each.accepted?.(...seen)),
    enqueued: (...seen) => observers.forEach((each) => each.enqueued?.(...seen)),
    lettered: (...seen) => observers.forEach((each) => each.lettered?.(...seen)),
    redriven: (...seen) => observers.forEach((each) => each.redriven?.(...seen)),
    breakerSeen: (...seen) => observers.forEach((each) => each.breakerSeen?.(...seen)),
    died: (...seen) => observers.forEach((each) => each.died?.(...seen)),
    told: (...seen) => observers.forEach((each) => each.told?.(...seen)),
    failedInside: (...seen) => observers.forEach((each) => each.failedInside?.(...seen)),
    deliverySwitched: (...seen) => observers.forEach((each) => each.deliverySwitched?.(...seen)),
  };
}

function newRecord(record: StoredRecord, madeBy: 'holdfast' | 'person'): RecordFacts {
  return {
    id: record.id,
    module: record.module,
    madeBy,
    fields: new Map(),
    written: new Set(),
    commits: new Map(),
    workflowRuns: 0,
  };
}

function noteFields(
  record: RecordFacts,
  before: StoredRecord | undefined,
  after: StoredRecord,
  by: 'holdfast' | 'person',
): void {
  for (const [name, value] of Object.entries(after.fields)) {
    if (before !== undefined && before.fields[name] === value) continue;
    record.fields.set(name, { by, value });
    if (by === 'holdfast') record.written.add(`${name}=${String(value)}`);
  }
}
