import { readPepper } from '../../../lambdas/core/pepper.ts';
import { erasePerson, isErased } from '../../../lambdas/operations/erase-person.ts';
import { findPerson, isAnythingLeft } from '../../../lambdas/operations/find-person.ts';
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

/**
 * Erases somebody of whom something has come, by e-mail address; preferably while a consumer has a lead of
 * theirs in its hands. It may be interrupted.
 */
export async function eraseSomebody(world: SimulatedWorld): Promise<void> {
  const { facts, random, clock } = world;
  const emailsOf = (isWanted: (event: EventFacts) => boolean): readonly string[] => [
    ...new Set(
      [...facts.events.values()]
        .filter(isWanted)
        .flatMap(({ submission }) => submission.email ?? []),
    ),
  ];
  const untilMs = clock.nowMs() + PATIENCE_MS;
  let emails = emailsOf(isInDelivery);
  while (emails.length === 0 && clock.nowMs() < untilMs) {
    await clock.sleep(LOOK_EVERY_MS);
    emails = emailsOf(isInDelivery);
  }
  if (emails.length === 0) emails = emailsOf(() => true);
  if (emails.length === 0) return;
  const email = random.pick(emails);
  await erase(world, email);
  if (random.chance(0.5)) await repeatErased(world, email);
}

/** A sender that has been answered may repeat all the same, and must not bring anybody back. */
async function repeatErased(world: SimulatedWorld, email: string): Promise<void> {
  const { facts, random, clock, monitor } = world;
  const erased = [...facts.events.values()].filter(
    ({ record, submission }) =>
      record.state === 'erased' && submission.email === email && !NAMELESS.has(submission.source),
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

function isInDelivery({ record }: EventFacts): boolean {
  return record.state === 'processing';
}

/** Finishes what was interrupted. */
export async function finishErasures(world: SimulatedWorld): Promise<void> {
  for (const [email, erasure] of world.facts.erasures) {
    for (let tries = 0; tries < TRIES_MAX && !erasure.isDone; tries += 1) {
      await erase(world, email);
    }
  }
}

async function erase(world: SimulatedWorld, email: string): Promise<void> {
  const { facts, queue, monitor, trace } = world;
  const erasure = facts.erasures.get(email) ?? { isDone: false, identities: new Set<string>() };
  facts.erasures.set(email, erasure);
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
    const names = [{ kind: 'email', value: email } as const];
    const search = { names, config: SIMULATED_CONFIG, pepper };
    const found = await findPerson(search, ports);
    for (const identity of found.identities) erasure.identities.add(identity);
    const { module } = SIMULATED_CONFIG.zoho;
    const result = await erasePerson(found, { pepper, module }, ports);
    const left = await findPerson({ ...search, consistent: true }, ports);
    erasure.isDone = isErased(result) && !isAnythingLeft(left);
  });
  if (ended.kind === 'failed') monitor.failedInside(ended.error, 'The erasure');
}
