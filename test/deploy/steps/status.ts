import assert from 'node:assert/strict';
import type { World } from '../world.ts';

interface StatsDocument {
  readonly counted: { readonly kind: string };
  readonly delivery: { readonly state: string };
}

interface DoctorDocument {
  readonly checks: readonly {
    readonly id: string;
    readonly status: string;
    readonly sentence: string;
  }[];
}

interface SourcesDocument {
  readonly sources: readonly {
    readonly source: string;
    readonly lastSeen?: string;
    readonly secret: { readonly kind: string };
  }[];
}

/** What the doctor must find right in a stage that was just deployed. */
const RIGHT = [
  'installation.configuration',
  'installation.stack',
  'installation.version',
  'secrets.pepper',
  'secrets.zoho',
  'zoho.token',
  'zoho.own_fields',
  'delivery.breaker',
  'queues.retention',
  'queues.reader',
  'queues.single_failures',
  'queues.visibility',
  'table.recovery',
  'table.expiry',
  'table.protection',
  'alarms.actions',
] as const;

/** Asks the deployed stage how it does, as the operator, and pauses it for a moment. */
export async function statusCommands(world: World): Promise<string> {
  const stats = await json<StatsDocument>(world, ['stats']);
  assert.equal(stats.counted.kind, 'read', JSON.stringify(stats.counted));

  const { sources } = await json<SourcesDocument>(world, ['source', 'list']);
  assert.ok(
    sources.some(({ lastSeen }) => lastSeen !== undefined),
    'no source was ever seen',
  );
  // Where the sender shows a secret of its own, nobody has stored it here: that is to be said.
  assert.deepEqual(
    sources.filter(({ secret }) => !['stored', 'none', 'not_stored'].includes(secret.kind)),
    [],
  );

  const { checks } = await json<DoctorDocument>(world, ['doctor'], [0, 1]);
  const wrong = checks.filter(({ status }) => status === 'warning' || status === 'problem');
  const statusOf = new Map(checks.map(({ id, status }) => [id, status]));
  for (const id of RIGHT) {
    assert.equal(statusOf.get(id), 'ok', `${id}:\n${JSON.stringify(wrong, undefined, 2)}`);
  }
  assert.deepEqual(
    wrong.filter(({ sentence }) => sentence.startsWith('Could not look')),
    [],
  );

  await json(world, ['pause', '--for', '1h', '--reason', 'a test']);
  const paused = await json<StatsDocument>(world, ['stats']);
  await json(world, ['resume', '--reason', 'the test is over']);
  assert.equal(paused.delivery.state, 'open');
  return `${checks.length} checks; not ok: ${wrong.map(({ id }) => id).join(', ') || 'none'}`;
}

async function json<Document>(
  world: World,
  words: readonly string[],
  codes: readonly number[] = [0],
): Promise<Document> {
  const { code, out, err } = await world.holdfast([...words, '--json']);
  assert.ok(codes.includes(code), `holdfast ${words.join(' ')} ended with ${code}:\n${out}${err}`);
  return JSON.parse(out) as Document;
}
