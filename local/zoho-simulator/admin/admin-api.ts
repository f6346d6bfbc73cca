import * as z from 'zod/mini';
import { parseFaults } from '../faults/fault.ts';
import type { SimReply, SimRequest } from '../http/message.ts';
import { jsonReply, parseJson } from '../http/message.ts';
import { SimulatorInputError } from '../knobs.ts';
import { parseModuleName } from '../modules/catalogue.ts';
import type { StoredRecord } from '../records/record.ts';
import type { World } from '../world.ts';
import { convertLead } from '../writes/convert.ts';
import type { SimulatorRecord, SimulatorStats } from './contract.ts';
import { lockSchema, recordReferenceSchema, seedSchema } from './contract.ts';

/**
 * The simulator's own endpoints, under `/_sim/`. Nothing here costs credits or is struck by faults.
 *
 * Wrong input is 400 with `{"error": …}`; an address that is none of these is 404 with their list.
 */
export function answerAdmin(request: SimRequest, world: World): SimReply {
  const name = `${request.method} ${request.path.slice('/_sim/'.length)}`;
  const handler = HANDLERS[name];
  if (handler === undefined) return jsonReply(404, { endpoints: ADMIN_ENDPOINTS });
  try {
    return jsonReply(200, handler(request, world));
  } catch (error) {
    if (error instanceof SimulatorInputError) return jsonReply(400, { error: error.message });
    if (error instanceof z.core.$ZodError) return jsonReply(400, { error: z.prettifyError(error) });
    throw error;
  }
}

type Handler = (request: SimRequest, world: World) => object;

const HANDLERS: Readonly<Record<string, Handler>> = {
  'GET health': () => ({ status: 'ok' }),
  'GET stats': (_request, world) => stats(world),
  'GET dump': (request, world) => dump(request, world),
  'GET journal': (_request, world) => ({ entries: world.journal.entries() }),
  'DELETE journal': (_request, world) => {
    world.journal.clear();
    return {};
  },
  'GET faults': (_request, world) => ({ faults: world.faults.list() }),
  'POST faults': (request, world) => {
    const json = parseJson(request.body);
    world.faults.add(parseFaults(Array.isArray(json) ? json : [json]));
    return { faults: world.faults.list() };
  },
  'DELETE faults': (_request, world) => {
    world.faults.clear();
    return {};
  },
  'GET knobs': (_request, world) => world.knobs.current(),
  'PATCH knobs': (request, world) => world.changeKnobs(parseJson(request.body)),
  'POST reset': (_request, world) => {
    world.reset();
    return {};
  },
  'POST seed': (request, world) => seed(request, world),
  'POST lock': (request, world) => {
    const { module, id, forMs } = lockSchema.parse(parseJson(request.body));
    world.store.lock(existing(world.store.get(module, id)), world.now() + forMs);
    return {};
  },
  'POST convert': (request, world) => {
    const { module, id } = recordReferenceSchema.parse(parseJson(request.body));
    const lead = existing(module === 'Leads' ? world.store.get(module, id) : undefined);
    return { records: [shown(convertLead(lead, world))] };
  },
  'POST delete': (request, world) => {
    const { module, id } = recordReferenceSchema.parse(parseJson(request.body));
    world.store.remove(existing(world.store.get(module, id)));
    return {};
  },
  'POST expire-tokens': (_request, world) => {
    world.tokens.expireAll();
    return {};
  },
};

/** Method and path of each admin endpoint. */
export const ADMIN_ENDPOINTS: readonly string[] = Object.keys(HANDLERS).map((name) =>
  name.replace(' ', ' /_sim/'),
);

function dump(request: SimRequest, world: World): { records: SimulatorRecord[] } {
  const asked = request.query.get('module');
  const module = asked === null ? undefined : parseModuleName(asked);
  if (asked !== null && module === undefined) throw new SimulatorInputError(`No module ${asked}`);
  const id = request.query.get('id');
  const records = world.store.all(module).filter((record) => id === null || record.id === id);
  return { records: records.map(shown) };
}

function seed(request: SimRequest, world: World): { records: SimulatorRecord[] } {
  const { module, records, indexed } = seedSchema.parse(parseJson(request.body));
  const indexedAtMs = indexed ? Number.NEGATIVE_INFINITY : world.now();
  const seeded = records.map((fields) => world.store.insert(module, fields, false, indexedAtMs));
  return { records: seeded.map(shown) };
}

function stats(world: World): SimulatorStats {
  const records = world.store.all();
  const byModule: Record<string, number> = {};
  let workflowFires = 0;
  for (const record of records) {
    byModule[record.module] = (byModule[record.module] ?? 0) + 1;
    workflowFires += record.workflowFires.insert + record.workflowFires.update;
  }
  const callsByStatus = world.journal.byStatus();
  return {
    calls: Object.values(callsByStatus).reduce((sum, count) => sum + count, 0),
    callsByStatus,
    creditsUsed: world.credits.used(),
    creditsRemaining: world.credits.remaining(),
    tooManyRequests: { ...world.refused },
    concurrencyHighest: world.calls.highest,
    tokensIssued: world.tokens.issued,
    tokenRequestsThrottled: world.tokens.throttled,
    records: byModule,
    inserts: world.store.inserts,
    updates: world.store.updates,
    workflowFires,
  };
}

function shown(record: StoredRecord): SimulatorRecord {
  const { insert, update } = record.workflowFires;
  return {
    id: record.id,
    module: record.module,
    fields: record.fields,
    createdAt: new Date(record.createdAtMs).toISOString(),
    modifiedAt: new Date(record.modifiedAtMs).toISOString(),
    workflowFires: { total: insert + update, insert, update },
    converted: record.converted !== undefined,
  };
}

function existing(record: StoredRecord | undefined): StoredRecord {
  if (record === undefined) throw new SimulatorInputError('No such record');
  return record;
}
