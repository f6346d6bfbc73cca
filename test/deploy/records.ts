import assert from 'node:assert/strict';
import { eventually, type World } from './world.ts';

/**
 * Waits until these people are in the CRM, and makes sure that each is there once, from one write.
 *
 * @param emails what stands for them
 */
export async function expectOnce(world: World, emails: readonly string[]): Promise<void> {
  await eventually(
    'Leads that have not arrived',
    async () => {
      const there = await fieldsOf(world);
      return emails.filter((email) => !there.has(email));
    },
    (missing) => missing.length === 0,
  );
  for (const email of emails) world.expected.add(email);
  await expectNoneTwice(world);
}

/** Makes sure that nobody of the run has two records, or one that was written as new twice. */
export async function expectNoneTwice(world: World): Promise<void> {
  const there = await fieldsOf(world);
  for (const email of world.expected) {
    assert.deepEqual(there.get(email), { records: 1, inserts: 1 }, `the records of ${email}`);
  }
}

interface Seen {
  readonly records: number;
  /** Runs of workflows for a new record. */
  readonly inserts: number;
}

async function fieldsOf(world: World): Promise<ReadonlyMap<string, Seen>> {
  const seen = new Map<string, Seen>();
  for (const record of await world.zoho.records('Leads')) {
    const email = String(record.fields['Email']);
    const { records, inserts } = seen.get(email) ?? { records: 0, inserts: 0 };
    seen.set(email, {
      records: records + 1,
      inserts: inserts + record.workflowFires.insert,
    });
  }
  return seen;
}
