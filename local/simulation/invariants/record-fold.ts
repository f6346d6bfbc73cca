import type { EventFacts, RecordFacts } from '../facts.ts';
import type { Observer, ObserverContext } from '../observer.ts';
import { identifiersOf, personClasses } from '../person-classes.ts';
import { type Delivered, foldOf } from '../reference-fold.ts';
import { SIMULATED_CONFIG } from '../settings.ts';

/** Fields whose values differ from one submission to the next: an old value can be told from a new one. */
const TELLING: ReadonlySet<string> = new Set(['Company']);

/** Of events that were set aside: more would be more combinations than the check is worth. */
const SET_ASIDE_MAX = 4;

/** G4: a record says what its events say, folded; a person's correction stays until a newer submission. */
export function observeFold({ facts, check }: ObserverContext): Observer {
  return {
    committed: ({ by, before, after }) => {
      if (by !== 'holdfast' || before === undefined) return;
      const record = facts.records.get(after.id);
      if (record === undefined) return;
      for (const [name, value] of Object.entries(after.fields)) {
        if (!TELLING.has(name)) continue;
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
      // An event that was set aside may have joined two others' identities before.
      for (const person of personClasses(delivered, withIdentity)) {
        const live = [...new Set(person.map(({ record }) => record.crm?.recordId ?? ''))]
          .map((id) => facts.records.get(id))
          .filter((record) => record?.gone === undefined && record?.module === 'Leads');
        // Two records of one person are a fault of their own.
        // What was erased may still stand in the record: that is the CRM's, and a person's to delete.
        if (live.length === 1 && live[0] !== undefined && !wasErased(person))
          compare(live[0], person);
      }
      await Promise.resolve();
    },
  };

  /**
   * The fold of the delivered events, first, and of these with some of those that were set aside after they
   * had been merged: their values were good, and may have reached the record.
   */
  function possibleFolds(
    person: readonly EventFacts[],
  ): readonly Readonly<Record<string, string>>[] {
    const identities = new Set(person.map((event) => event.identity));
    const setAside = [...facts.events.values()].filter(
      ({ identity, record, submission }) =>
        (record.state === 'quarantined' || record.state === 'closed') &&
        identity !== undefined &&
        identities.has(identity) &&
        // A value that is refused keeps its event from the record, unless its consumers died before.
        (!submission.isPoison || record.failure?.code === 'poison'),
    );
    let sets: (readonly EventFacts[])[] = [person];
    for (const event of setAside.slice(0, SET_ASIDE_MAX)) {
      sets = [...sets, ...sets.map((set) => [...set, event])];
    }
    return sets.map((set) => foldOf(set.map(deliveredOf)));
  }

  function wasErased(person: readonly EventFacts[]): boolean {
    return [...facts.erasures.values()].some(({ identities }) =>
      person.some(({ identity }) => identity !== undefined && identities.has(identity)),
    );
  }

  function compare(record: RecordFacts, person: readonly EventFacts[]): void {
    const folds = possibleFolds(person);
    for (const name of Object.keys(folds[0] ?? {})) {
      const held = record.fields.get(name);
      check(
        'G4 record is the fold',
        held?.by === 'person' || folds.some((folded) => held?.value === folded[name]),
        () =>
          `${name} of record ${record.id} is ${JSON.stringify(held?.value)}, and its ${person.length} events fold to ${JSON.stringify(folds[0]?.[name])}.`,
      );
    }
    const description = record.fields.get('Description');
    for (const { submission, key } of person) {
      // A page may send one text in two submissions.
      const said = [...facts.events.values()].filter(
        (other) => other.submission.message === submission.message,
      ).length;
      const times = textOf(description?.value).split(submission.message).length - 1;
      check(
        'G4 record is the fold',
        (times >= 1 && times <= said) || description?.by === 'person',
        () =>
          `The message of ${key} stands ${times} times in the description of record ${record.id}.`,
      );
    }
  }
}

function withIdentity(event: EventFacts): readonly string[] {
  return [...identifiersOf(event), ...(event.identity === undefined ? [] : [event.identity])];
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

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
