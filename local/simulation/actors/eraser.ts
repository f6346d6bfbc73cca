import { readPepper } from '../../../lambdas/core/pepper.ts';
import { erasePerson, isErased } from '../../../lambdas/operations/person/erase-person.ts';
import { findPerson, isAnythingLeft } from '../../../lambdas/operations/person/find-person.ts';
import type { PersonName } from '../../../lambdas/operations/person/person.ts';
import type { EventFacts } from '../facts.ts';
import { SECRET_IDS, SIMULATED_CONFIG } from '../settings.ts';
import type { SimulatedWorld } from '../simulated-world.ts';
import { webhookRequest } from '../webhook-request.ts';

/** Whoever was interrupted runs it again; after so many times something is wrong. */
const TRIES_MAX = 20;

/** Sources whose submissions have no id: half an hour later, the same content is another submission. */
const NAMELESS: ReadonlySet<string> = new Set(['unnamed', 'website']);

/** How long to wait for a delivery that is under way: that is when an erasure is hardest. */
const PATIENCE_MS = 30_000;
const LOOK_EVERY_MS = 100;

/** What an operator has at hand: an address from a letter, or a lead that the command line showed. */
const BY_KEY_CHANCE = 0.3;

/**
 * Erases somebody of whom something has come, by e-mail address or by a lead's key; preferably while a consumer has a
 * lead of theirs in its hands. It may be interrupted.
 */
export async function eraseSomebody(world: SimulatedWorld): Promise<void> {
  const { facts, random, clock } = world;
  const isByKey = random.chance(BY_KEY_CHANCE);
  const namesOf = (isWanted: (event: EventFacts) => boolean): readonly PersonName[] => {
    const events = [...facts.events.values()].filter(isWanted);
    if (isByKey) return events.map(({ key }) => ({ kind: 'lead', value: key }));
    const emails = new Set(events.flatMap(({ submission }) => submission.email ?? []));
    return [...emails].map((value) => ({ kind: 'email', value }));
  };
  const untilMs = clock.nowMs() + PATIENCE_MS;
  let names = namesOf(isInDelivery);
  while (names.length === 0 && clock.nowMs() < untilMs) {
    await clock.sleep(LOOK_EVERY_MS);
    names = namesOf(isInDelivery);
  }
  if (names.length === 0) names = namesOf(() => true);
  if (names.length === 0) return;
  const name = random.pick(names);
  await erase(world, name);
  if (random.chance(0.5)) await repeatErased(world, name);
}

/** A sender that has been answered may repeat all the same, and must not bring anybody back. */
async function repeatErased(world: SimulatedWorld, { value }: PersonName): Promise<void> {
  const { facts, random, clock, monitor } = world;
  const erased = [...facts.events.values()].filter(
    ({ key, record, submission }) =>
      record.state === 'erased' &&
      (submission.email === value || key === value) &&
      !NAMELESS.has(submission.source),
  );
  if (erased.length === 0) return;
  const { submission } = random.pick(erased);
  const request = webhookRequest(submission, clock.nowMs());
  const body = Buffer.from(request.body).toString();
  facts.byBody.set(body, submission);
  world.trace.line('sender', `submission ${submission.number}, which was erased, once more`);
  const ended = await world.intake.invoke(request);
  if (ended.kind === 'failed') monitor.failedInside(ended.error, 'The intake function');
  if (ended.kind === 'answered') await monitor.answered(submission, body, ended.result);
}

/** On its way, or back from a call whose answer got lost: its merged state must not be touched for a while. */
function isInDelivery({ record }: EventFacts): boolean {
  return record.state === 'processing' || record.state === 'failed';
}

/** Finishes what was interrupted. */
export async function finishErasures(world: SimulatedWorld): Promise<void> {
  for (const erasure of world.facts.erasures.values()) {
    for (let tries = 0; tries < TRIES_MAX && !erasure.isDone; tries += 1) {
      await erase(world, erasure.name);
    }
  }
}

async function erase(world: SimulatedWorld, name: PersonName): Promise<void> {
  const { facts, queue, monitor, trace } = world;
  const erasure = facts.erasures.get(name.value) ?? { name, isDone: false, identities: new Set() };
  facts.erasures.set(name.value, erasure);
  erasure.isDone = false;
  trace.line('operator', 'erases a person');
  const ended = await world.tool.invoke(async (processPorts) => {
    const ports = {
      ...processPorts,
      meter: { usedUnits: () => 0 },
      // No simulated body is too large for the table.
      bodies: {
        list: async () => ({ bodies: [] }),
        read: async () => undefined,
        remove: async () => undefined,
      },
      deadLetters: queue.deadLetterBrowser,
    };
    const pepper = await readPepper(ports.secrets, SECRET_IDS.pepper);
    const search = { names: [name], config: SIMULATED_CONFIG, pepper };
    const found = await findPerson(search, ports);
    for (const identity of found.identities) erasure.identities.add(identity);
    const result = await erasePerson(found, search, ports);
    const again = [
      name,
      ...result.identities.map((value) => ({ kind: 'identity', value }) as const),
    ];
    const left = await findPerson({ ...search, names: again, consistent: true }, ports);
    erasure.isDone = isErased(result) && !isAnythingLeft(left);
  });
  // Of a lead that was delivered for the first time meanwhile nobody knew the identity before.
  const { identity } = facts.events.get(name.value) ?? {};
  if (identity !== undefined) erasure.identities.add(identity);
  if (ended.kind === 'failed') monitor.failedInside(ended.error, 'The erasure');
}
