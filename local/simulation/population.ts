import type { Faults } from './faults.ts';
import type { Plan } from './scenarios.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { Submission } from './submission.ts';

/** Somebody who submits forms. Nobody real; the names are rare, so that a log can be searched for them. */
interface Person {
  readonly firstName: string;
  readonly lastName: string;
  /** The one used now, and the one used later. */
  readonly emails: readonly [string, string];
  readonly phone: string;
  readonly externalId: string;
}

const FIRST_NAMES = ['Quillan', 'Xanthippe', 'Zebulon', 'Wilhelmine', 'Yevgenia', 'Ignatius'];
const LAST_NAMES = ['Brzezinska', 'Featherstone', 'Okonkwo', 'Vanderhoeven', 'Thorvaldsen'];

/** Sources whose bodies can carry an id of the person. */
const WITH_EXTERNAL_ID: ReadonlySet<string> = new Set(['partner', 'events']);

/** How often each source is used. */
const SOURCES =
  'demo demo demo partner partner events events ads ads unnamed website website sales updates'.split(
    ' ',
  );

/**
 * Draws everything that will be submitted in a run.
 *
 * Companies and messages differ from one submission to the next, so that a value tells where it came from.
 * Times are whole seconds, and often equal, so that trust has something to decide.
 */
export function drawSubmissions(
  plan: Plan,
  startMs: number,
  random: SeededRandom,
  faults: Faults,
): readonly Submission[] {
  const persons = Array.from({ length: plan.persons }, (_, index) => drawPerson(index, random));
  const submissions: Submission[] = [];
  while (submissions.length < plan.submissions) {
    const before = submissions.at(-1);
    const together = before !== undefined && faults.isPlanned('sent_together');
    const sentAtMs = together ? before.sentAtMs : startMs + random.int(plan.arrivalMs);
    const index = random.int(persons.length);
    const other = persons[(index + 1) % persons.length];
    submissions.push(
      drawSubmission(
        submissions.length + 1,
        sentAtMs,
        random.pick(persons.slice(index, index + 1)),
        other,
        random,
        faults,
      ),
    );
  }
  return submissions.toSorted((left, right) => left.sentAtMs - right.sentAtMs);
}

function drawPerson(index: number, random: SeededRandom): Person {
  const firstName = FIRST_NAMES[index % FIRST_NAMES.length] ?? '';
  const lastName = LAST_NAMES[(index * 3 + random.int(2)) % LAST_NAMES.length] ?? '';
  const local = `${firstName}.${lastName}.${index}`.toLowerCase();
  return {
    firstName,
    lastName,
    emails: [`${local}@example.com`, `${local}@example.org`],
    phone: `+1202555${String(100 + index).padStart(4, '0')}`,
    externalId: `P-${7_000 + index}`,
  };
}

function drawSubmission(
  number: number,
  sentAtMs: number,
  person: Person,
  other: Person | undefined,
  random: SeededRandom,
  faults: Faults,
): Submission {
  const source = random.pick(SOURCES);
  const isSpam = source === 'website' && faults.isPlanned('spam');
  const isTest = source === 'ads' && faults.isPlanned('details_test');
  const isNameless = faults.isPlanned('without_identity');
  const isPoison = faults.isPlanned('poison_value');
  const isDeadly = faults.isPlanned('poison_crash');
  const hasExternalId = WITH_EXTERNAL_ID.has(source) && random.chance(0.8);
  const isMixedUp = hasExternalId && faults.isPlanned('identity_conflict');
  const email = (isMixedUp && other !== undefined ? other : person).emails[
    random.chance(0.8) ? 0 : 1
  ];
  const hasEmail = !hasExternalId || random.chance(0.7);
  const hasPhone = random.chance(0.5);
  // A person sits at the form for a while, and some senders collect.
  const ageMs = random.pick([0, 1_000, 1_000, 30_000, 600_000, 7_200_000]);

  return {
    number,
    source,
    id: `${source}-${number}`,
    occurredAtMs: Math.floor((sentAtMs - ageMs) / 1_000) * 1_000,
    sentAtMs,
    ...(random.chance(0.8) ? { firstName: person.firstName } : {}),
    ...(random.chance(0.9) ? { lastName: person.lastName } : {}),
    ...(isNameless || !hasEmail ? {} : { email }),
    ...(isNameless || !hasPhone ? {} : { phone: person.phone }),
    ...(isNameless || !hasExternalId ? {} : { externalId: person.externalId }),
    company: isPoison ? `Poison ${number} Ltd` : `Company ${number} Ltd`,
    message: `Message ${number} of this run.`,
    isSpam,
    isTest,
    isPoison,
    isDeadly,
  };
}
