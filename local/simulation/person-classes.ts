/**
 * Who is who, by the identifiers of the submissions alone: two events that share an e-mail address or an
 * external id are one person's, and so are those that share one with either.
 */
import type { EventFacts } from './facts.ts';

/**
 * Groups events into persons. An event with a phone number alone is of whoever has that number alone.
 *
 * @param namesOf what events have in common, their identifiers by default
 */
export function personClasses(
  events: readonly EventFacts[],
  namesOf: (event: EventFacts) => readonly string[] = identifiersOf,
): readonly (readonly EventFacts[])[] {
  const leaderOf = new Map<string, string>();
  const find = (name: string): string => {
    const above = leaderOf.get(name);
    return above === undefined || above === name ? name : find(above);
  };
  for (const event of events) {
    const [first, ...others] = namesOf(event);
    if (first === undefined) continue;
    for (const other of others) leaderOf.set(find(other), find(first));
  }
  const classes = new Map<string, EventFacts[]>();
  for (const event of events) {
    const [first] = namesOf(event);
    if (first === undefined) continue;
    const leader = find(first);
    classes.set(leader, [...(classes.get(leader) ?? []), event]);
  }
  return [...classes.values()];
}

/** The identifiers of an event that make it somebody's. */
export function identifiersOf({ submission }: EventFacts): readonly string[] {
  const { email, externalId, phone, source } = submission;
  const strong = [
    ...(email === undefined ? [] : [`email ${email}`]),
    ...(externalId === undefined ? [] : [`external ${source} ${externalId}`]),
  ];
  if (strong.length > 0 || phone === undefined) return strong;
  return [`phone ${phone}`];
}
