import { describe, expect, it } from 'vitest';
import { deliveryMessageOf } from '../../../../lambdas/core/delivery-message.ts';
import { StoreUnavailableError } from '../../../../lambdas/core/errors.ts';
import { erasePerson } from '../../../../lambdas/operations/person/erase-person.ts';
import { isAnythingLeft } from '../../../../lambdas/operations/person/find-person.ts';
import { anEraseWorld } from '../../../support/erase-world.ts';
import { aLeadEvent, aNewEvent } from '../../../support/event-builders.ts';

const EMAIL = 'ana@example.com';
const { pepper, config } = anEraseWorld();
const SETTINGS = { pepper, config };

/** A person with two names, a delivered lead under each, one in quarantine, and a body that nothing points to. */
async function aPerson() {
  const world = anEraseWorld();
  const externalId = 'website:person:7';
  const identities = [
    { email: EMAIL, contact_external_id: externalId },
    { email: 'ana@elsewhere.example', contact_external_id: externalId },
  ];
  for (const [at, identity] of identities.entries()) {
    const key = `website|lead.created|interrupted-${at}`;
    const payloadHash = String(at).padStart(64, '0');
    const normalized = aLeadEvent({ idempotency_key: key, identity });
    await world.events.accept(aNewEvent({ key, normalized, payloadHash }));
    await world.queue.delivery.enqueue(
      deliveryMessageOf((await world.events.readRecord(key))!),
      'website',
    );
    await world.drain();
  }
  const normalized = aLeadEvent({ identity: { email: EMAIL } });
  await world.quarantine('website|lead.created|interrupted-aside', 'crm_invalid_data', {
    normalized,
  });
  world.bodies.stored.set('s3://archive/raw/loose.gz', new TextEncoder().encode(EMAIL));
  return world;
}

/** The same ports, whose `n`-th change fails: before it takes place, or after. */
function failingAt(ports: Awaited<ReturnType<typeof aPerson>>['ports'], n: number, after: boolean) {
  let calls = 0;
  const counted = <Args extends readonly unknown[], Result>(
    call: (...args: Args) => Promise<Result>,
  ) => {
    return async (...args: Args): Promise<Result> => {
      calls += 1;
      const isIt = calls === n;
      if (isIt && !after) throw new StoreUnavailableError('The table', new Error('interrupted'));
      const result = await call(...args);
      if (isIt) throw new StoreUnavailableError('The table', new Error('interrupted'));
      return result;
    };
  };
  const { eraser, identities, bodies } = ports;
  return {
    calls: () => calls,
    ports: {
      ...ports,
      eraser: {
        eraseEvent: counted(
          async (...args: Parameters<typeof eraser.eraseEvent>) => await eraser.eraseEvent(...args),
        ),
        removePayloads: counted(
          async (...args: Parameters<typeof eraser.removePayloads>) =>
            await eraser.removePayloads(...args),
        ),
        unlink: counted(
          async (...args: Parameters<typeof eraser.unlink>) => await eraser.unlink(...args),
        ),
        forgetSubmitter: counted(
          async (...args: Parameters<typeof eraser.forgetSubmitter>) =>
            await eraser.forgetSubmitter(...args),
        ),
      },
      identities: {
        ...identities,
        save: counted(
          async (...args: Parameters<typeof identities.save>) => await identities.save(...args),
        ),
      },
      bodies: {
        ...bodies,
        remove: counted(
          async (...args: Parameters<typeof bodies.remove>) => await bodies.remove(...args),
        ),
      },
    },
  };
}

async function changesOfOne(): Promise<number> {
  const world = await aPerson();
  const { ports, calls } = failingAt(world.ports, 0, false);
  await erasePerson(await world.find(EMAIL), SETTINGS, ports);
  return calls();
}

describe('an erasure that is interrupted', () => {
  it.each([false, true])(
    'at any change, before or after it took place (%s), is finished by the next',
    async (after) => {
      const changes = await changesOfOne();
      expect(changes).toBeGreaterThan(8);

      for (let n = 1; n <= changes; n += 1) {
        const world = await aPerson();
        const found = await world.find(EMAIL);
        const { ports } = failingAt(world.ports, n, after);
        const interrupted = erasePerson(found, SETTINGS, ports);

        await expect(interrupted).rejects.toThrow(StoreUnavailableError);
        const { left } = await world.erase(EMAIL);

        expect([n, isAnythingLeft(left)]).toEqual([n, false]);
        const everything = await world.everything();
        for (const text of [EMAIL, 'ana@elsewhere.example', '"kind":"link"', 'Ana']) {
          expect([n, everything.includes(text)]).toEqual([n, false]);
        }
        expect(world.bodies.stored.size).toBe(0);
      }
    },
  );
});
