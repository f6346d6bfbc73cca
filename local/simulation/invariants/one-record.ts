import type { EventFacts, RecordFacts } from '../facts.ts';
import type { Observer, ObserverContext } from '../observer.ts';
import { personClasses } from '../person-classes.ts';

const ONLY_UPDATES: ReadonlySet<string> = new Set(['updates']);

/** G3: one CRM record a person, and each version of it written, and its automation run, once. */
export function observeRecords({ facts, check }: ObserverContext): Observer {
  return {
    committed: ({ by, before, after }) => {
      const record = facts.records.get(after.id);
      if (record === undefined || after.module !== 'Leads') return;
      const twin = [...facts.records.values()].find(
        (other) =>
          other.id !== record.id &&
          other.gone === undefined &&
          record.gone === undefined &&
          other.key !== undefined &&
          other.key === record.key,
      );
      check(
        'G3 one record a key',
        twin === undefined,
        () => `Records ${twin?.id} and ${record.id} hold the same key ${record.key}.`,
      );
      if (by !== 'holdfast' || record.gone !== undefined) return;
      if (before === undefined) checkMayBeMade(record);
      const version = Number(after.fields['Holdfast_Version']);
      const times = record.commits.get(version) ?? 0;
      check(
        'G3 each version once',
        times <= 1,
        () => `Version ${version} of record ${record.id} was committed ${times} times.`,
      );
      check(
        'G3 each version once',
        record.workflowRuns <= record.commits.size,
        () =>
          `Record ${record.id} has ${record.commits.size} versions, and its workflows ran ${record.workflowRuns} times.`,
      );
    },
    atRest: async () => {
      const delivered = [...facts.events.values()].filter(
        ({ record }) => record.state === 'succeeded',
      );
      for (const person of personClasses(delivered)) {
        const ids = liveRecordsOf(person);
        check(
          'G3 one record a person',
          ids.size <= 1,
          () =>
            `Events ${person.map((event) => event.key).join(', ')} are one person's, and are in records ${[...ids].join(', ')}.`,
        );
      }
      await Promise.resolve();
    },
  };

  /** A source that only updates makes no record by itself. */
  function checkMayBeMade(record: RecordFacts): void {
    const isPermitted = [...facts.events.values()].some(
      ({ identity, submission }) => identity === record.key && !ONLY_UPDATES.has(submission.source),
    );
    check(
      'limits update only',
      isPermitted,
      () => `Record ${record.id} was made, and only sources that may not make one know its person.`,
    );
  }

  function liveRecordsOf(person: readonly EventFacts[]): ReadonlySet<string> {
    const emails = new Set(person.flatMap(({ submission }) => submission.email ?? []));
    const ids = new Set(person.map(({ record }) => record.crm?.recordId ?? '(none)'));
    for (const record of facts.records.values()) {
      if (record.gone !== undefined) ids.delete(record.id);
      else if (record.module === 'Leads' && emails.has(String(record.fields.get('Email')?.value)))
        ids.add(record.id);
    }
    return ids;
  }
}
