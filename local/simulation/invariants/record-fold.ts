import type { EventFacts, RecordFacts } from '../facts.ts';
import type { Observer, ObserverContext } from '../observer.ts';
import { personClasses } from '../person-classes.ts';
import { type Delivered, foldOf } from '../reference-fold.ts';
import { SIMULATED_CONFIG } from '../settings.ts';

/** What Zoho's record holds for a lead that says nothing of it. */
const FILLERS: Readonly<Record<string, string>> = { Last_Name: 'Unknown', Company: 'Unknown' };

/** G4: a record says what its events say, folded; a person's correction stays until a newer submission. */
export function observeFold({ facts, check }: ObserverContext): Observer {
  return {
    committed: ({ by, before, after }) => {
      if (by !== 'holdfast' || before === undefined) return;
      const record = facts.records.get(after.id);
      if (record === undefined) return;
      for (const [name, value] of Object.entries(after.fields)) {
        const last = record.fields.get(name);
        if (last?.by !== 'person' || before.fields[name] === value) continue;
        check(
          "G4 a person's correction stays",
          !record.written.has(`${name}=${String(value)}`),
          () => `A person had corrected ${name} of record ${record.id}; an older value came back.`,
        );
      }
    },
    atRest: async () => {
      const delivered = [...facts.events.values()].filter(
        ({ record }) => record.state === 'succeeded',
      );
      for (const person of personClasses(delivered)) {
        for (const id of new Set(person.map(({ record }) => record.crm?.recordId ?? ''))) {
          const record = facts.records.get(id);
          if (record !== undefined && record.gone === undefined) compare(record, person);
        }
      }
      await Promise.resolve();
    },
  };

  function compare(record: RecordFacts, person: readonly EventFacts[]): void {
    const folded = foldOf(person.map(deliveredOf));
    for (const [name, wanted] of Object.entries({ ...FILLERS, ...folded })) {
      const held = record.fields.get(name);
      check(
        'G4 record is the fold',
        held?.value === wanted || held?.by === 'person',
        () =>
          `${name} of record ${record.id} is ${JSON.stringify(held?.value)}, and its ${person.length} events fold to ${JSON.stringify(wanted)}.`,
      );
    }
    const description = record.fields.get('Description');
    for (const { submission, key } of person) {
      const times = String(description?.value ?? '').split(submission.message).length - 1;
      check(
        'G4 record is the fold',
        times === 1 || description?.by === 'person',
        () => `The message of ${key} stands ${times} times in the description of record ${record.id}.`,
      );
    }
  }
}

function deliveredOf({ key, submission, record }: EventFacts): Delivered {
  const source = SIMULATED_CONFIG.sources[submission.source];
  return {
    key,
    submission,
    occurredAt: record.occurredAt,
    trust: source?.trust ?? 0,
    label: source?.label ?? submission.source,
  };
}
