import { writeCredits } from '../accounting/credits.ts';
import type { RowFault } from '../faults/fault-script.ts';
import { answerCreateFields } from '../modules/create-fields.ts';
import { answerMetadata } from '../modules/metadata-api.ts';
import type { ReadyCoql } from '../search/coql-api.ts';
import { answerCoql, prepareCoql } from '../search/coql-api.ts';
import { answerNotes } from '../search/notes-api.ts';
import { answerGet, answerList } from '../search/read-api.ts';
import { answerSearch } from '../search/search-api.ts';
import { countRows } from '../validation/write-body.ts';
import type { World } from '../world.ts';
import { answerConvert } from '../writes/convert.ts';
import { answerCreate } from '../writes/create.ts';
import { answerRemove } from '../writes/remove.ts';
import { answerUpdate } from '../writes/update.ts';
import { answerUpsert } from '../writes/upsert.ts';
import type { CrmRoute } from './crm-route.ts';
import { parseCrmRoute } from './crm-route.ts';
import type { Refusal } from './errors.ts';
import { isRefusal, refusalReply } from './errors.ts';
import {
  authenticate,
  creditsExhausted,
  missingReadScope,
  missingScope,
  tooManyConcurrent,
} from './gate.ts';
import type { SimReply, SimRequest } from './message.ts';

/** An answer, and what it cost. */
export interface CrmAnswer {
  readonly reply: SimReply;
  readonly rows: number;
  readonly credits: number;
}

/** A write of more rows belongs to the heavy calls (Zoho CRM v8, API limits, read 2026-11-22). */
const LIGHT_ROWS_MAX = 10;
const CONVERT_CREDITS = 5;
/** A call that creates fields (Zoho CRM, API limits, read 2026-11-22). */
const CREATE_FIELDS_CREDITS = 10;

/**
 * Answers a call to the CRM.
 *
 * ```
 * token ► concurrency ► address ► scopes ► heavy concurrency ► credits ► latency ► the call itself
 * ```
 *
 * @param underWay calls under way, this one included
 */
export async function answerCrm(
  request: SimRequest,
  world: World,
  rowFaults: readonly RowFault[],
  underWay: number,
): Promise<CrmAnswer> {
  const knobs = world.knobs.current();
  const rows = request.method === 'POST' || request.method === 'PUT' ? countRows(request.body) : 0;
  const refused = (refusal: Refusal, credits = 0): CrmAnswer => ({
    reply: withCredits(refusalReply(refusal, knobs.requestErrorShape), world),
    rows,
    credits,
  });

  const admitted = authenticate(request, world);
  if (isRefusal(admitted)) return refused(admitted);
  if (underWay > knobs.concurrencyMax) return refused(tooManyConcurrent(world));
  const route = parseCrmRoute(request);
  if (isRefusal(route)) return refused(route);
  const scope = missingScope(route, admitted.scopes);
  if (scope !== undefined) return refused(scope);
  const coql = route.kind === 'coql' ? prepareCoql(request.body, world) : undefined;
  if (coql?.kind === 'coql') {
    const unreadable = missingReadScope(coql.module.name, admitted.scopes);
    if (unreadable !== undefined) return refused(unreadable);
  }
  const heavy = isHeavy(route, rows) ? world.heavyCalls.enter() : undefined;
  try {
    if (heavy !== undefined && heavy.underWay > knobs.subConcurrencyMax) {
      return refused(tooManyConcurrent(world));
    }
    const credits = creditsOf(route, rows, coql);
    if (!world.credits.spend(credits)) return refused(creditsExhausted(world));
    await world.sleep(knobs.latencyMs);
    const answer = await answerRoute(route, request, world, rowFaults, coql);
    if (isRefusal(answer)) return refused(answer, credits);
    return { reply: withCredits(answer, world), rows, credits };
  } finally {
    heavy?.leave();
  }
}

async function answerRoute(
  route: CrmRoute,
  request: SimRequest,
  world: World,
  rowFaults: readonly RowFault[],
  coql: ReadyCoql | Refusal | undefined,
): Promise<SimReply | Refusal> {
  switch (route.kind) {
    case 'upsert':
      return await answerUpsert(request, world.module(route.module), world, rowFaults);
    case 'create':
      return answerCreate(request, world.module(route.module), world, rowFaults);
    case 'update':
      return answerUpdate(request, world.module(route.module), route.id, world, rowFaults);
    case 'remove':
      return answerRemove(route.module, route.id, world);
    case 'get':
      return answerGet(request, world.module(route.module), route.id, world);
    case 'list':
      return answerList(request, world.module(route.module), world);
    case 'search':
      return answerSearch(request, world.module(route.module), world);
    case 'notes':
      return answerNotes(request, route, world);
    case 'convert':
      return answerConvert(route.id, world);
    case 'coql':
      return answerCoql(coql ?? prepareCoql(request.body, world), world);
    case 'metadata':
      return answerMetadata(route.of, request, world);
    case 'create_fields':
      return answerCreateFields(request, world);
  }
}

function isHeavy(route: CrmRoute, rows: number): boolean {
  switch (route.kind) {
    case 'coql':
    case 'convert':
      return true;
    case 'upsert':
    case 'create':
    case 'update':
      return rows > LIGHT_ROWS_MAX;
    case 'remove':
    case 'get':
    case 'list':
    case 'search':
    case 'notes':
    case 'metadata':
    case 'create_fields':
      return false;
  }
}

/** @see Zoho CRM v8, API limits, Credits, read 2026-11-22 */
function creditsOf(route: CrmRoute, rows: number, coql: ReadyCoql | Refusal | undefined): number {
  switch (route.kind) {
    case 'upsert':
    case 'create':
    case 'update':
      return writeCredits(rows);
    case 'convert':
      return CONVERT_CREDITS;
    case 'create_fields':
      return CREATE_FIELDS_CREDITS;
    case 'coql':
      return coql === undefined || isRefusal(coql) ? 1 : coql.credits;
    case 'remove':
    case 'get':
    case 'list':
    case 'search':
    case 'notes':
    case 'metadata':
      return 1;
  }
}

function withCredits(reply: SimReply, world: World): SimReply {
  return { ...reply, headers: { ...world.credits.headers(), ...reply.headers } };
}
