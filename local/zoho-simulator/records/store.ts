import type { ModuleName } from '../modules/module-names.ts';
import type { StoredRecord } from './record.ts';
import { positionAfter, recordId } from './record.ts';
import type { RecordChange, RecordJournal } from './record-file.ts';
import { ValueIndex } from './value-index.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What search sees of a record from a moment on. */
interface IndexedVersion {
  readonly atMs: number;
  readonly fields: Fields;
}

/** Versions kept for a lagging search index. */
const VERSIONS_MAX = 20;

/**
 * The records of all modules. Each method is one step: nothing can come between its check and its
 * write. A change is in the journal before the method returns.
 */
export class RecordStore {
  private readonly now: () => number;
  private readonly journal: RecordJournal;
  private readonly byId = new Map<string, StoredRecord>();
  private readonly versions = new Map<string, IndexedVersion[]>();
  private readonly lockedUntil = new Map<string, number>();
  private readonly index = new ValueIndex();
  private nextPosition = 0;
  /** Since the start or the last reset. */
  inserts = 0;
  updates = 0;

  /** @param changes what an earlier run left; search sees it at once */
  constructor(now: () => number, journal: RecordJournal, changes: readonly RecordChange[] = []) {
    this.now = now;
    this.journal = journal;
    for (const change of changes) this.replay(change);
  }

  /**
   * @param workflows whether the write starts workflows
   * @param indexedAtMs when it enters the search index's queue, now by default
   */
  insert(
    module: ModuleName,
    fields: Fields,
    workflows: boolean,
    indexedAtMs = this.now(),
  ): StoredRecord {
    const nowMs = this.now();
    const record: StoredRecord = {
      id: recordId(this.nextPosition),
      module,
      fields: filled(fields),
      createdAtMs: nowMs,
      modifiedAtMs: nowMs,
      workflowFires: { insert: workflows ? 1 : 0, update: 0 },
    };
    this.nextPosition += 1;
    this.inserts += 1;
    return this.put(record, indexedAtMs);
  }

  /** Writes the given fields over a record's; a `null` empties one. */
  update(record: StoredRecord, fields: Fields, workflows: boolean): StoredRecord {
    this.updates += 1;
    return this.put({
      ...record,
      fields: filled({ ...record.fields, ...fields }),
      modifiedAtMs: this.now(),
      workflowFires: {
        insert: record.workflowFires.insert,
        update: record.workflowFires.update + (workflows ? 1 : 0),
      },
    });
  }

  /** Turns a lead into a contact; the lead stays, hidden. */
  convert(lead: StoredRecord, contactFields: Fields): StoredRecord {
    const contact = this.insert('Contacts', contactFields, false);
    const nowMs = this.now();
    this.put({
      ...lead,
      modifiedAtMs: nowMs,
      converted: { contactId: contact.id, atMs: nowMs },
    });
    return contact;
  }

  get(module: ModuleName, id: string): StoredRecord | undefined {
    const record = this.byId.get(id);
    return record?.module === module ? record : undefined;
  }

  /** All records, oldest first. */
  all(module?: ModuleName): readonly StoredRecord[] {
    const records = [...this.byId.values()];
    return module === undefined ? records : records.filter((record) => record.module === module);
  }

  /** Records whose field has this value, whatever its case, oldest first. */
  findByValue(module: ModuleName, field: string, value: unknown): readonly StoredRecord[] {
    return this.index.find(module, field, value).flatMap((id) => this.byId.get(id) ?? []);
  }

  /**
   * A record's fields as a search index sees them that lags by `lagMs`.
   *
   * @returns `undefined` when it has not reached the index yet
   */
  indexedFields(record: StoredRecord, lagMs: number): Fields | undefined {
    const horizonMs = this.now() - lagMs;
    return this.versions.get(record.id)?.findLast((version) => version.atMs <= horizonMs)?.fields;
  }

  remove(record: StoredRecord): void {
    this.journal.append({ op: 'delete', id: record.id });
    this.forget(record.id);
  }

  /** Makes writes to a record fail until a moment. */
  lock(record: StoredRecord, untilMs: number): void {
    this.lockedUntil.set(record.id, untilMs);
  }

  isLocked(record: StoredRecord): boolean {
    return (this.lockedUntil.get(record.id) ?? 0) > this.now();
  }

  /** Removes everything. Ids are not used again. */
  reset(): void {
    this.journal.append({ op: 'reset' });
    this.forgetAll();
    this.inserts = 0;
    this.updates = 0;
  }

  private put(record: StoredRecord, indexedAtMs = record.modifiedAtMs): StoredRecord {
    this.journal.append({ op: 'put', record });
    this.remember(record, indexedAtMs);
    return record;
  }

  private replay(change: RecordChange): void {
    switch (change.op) {
      case 'put':
        this.remember(change.record, Number.NEGATIVE_INFINITY);
        this.nextPosition = Math.max(this.nextPosition, positionAfter(change.record.id));
        break;
      case 'delete':
        this.forget(change.id);
        break;
      case 'reset':
        this.forgetAll();
        break;
      case 'field':
        break;
    }
  }

  private remember(record: StoredRecord, indexedAtMs: number): void {
    this.index.replace(this.byId.get(record.id), record);
    this.byId.set(record.id, record);
    const versions = this.versions.get(record.id) ?? [];
    versions.push({ atMs: indexedAtMs, fields: record.fields });
    this.versions.set(record.id, versions.slice(-VERSIONS_MAX));
  }

  private forget(id: string): void {
    this.index.replace(this.byId.get(id), undefined);
    this.byId.delete(id);
    this.versions.delete(id);
    this.lockedUntil.delete(id);
  }

  private forgetAll(): void {
    this.byId.clear();
    this.versions.clear();
    this.lockedUntil.clear();
    this.index.clear();
  }
}

/** An empty field is an absent one. */
function filled(fields: Fields): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}
