import type { Ending } from '../faults/ending.ts';
import { endingOf, strikesBefore } from '../faults/ending.ts';
import type { RequestFault, RowFault, Strike } from '../faults/fault-script.ts';
import { answerOauth } from '../oauth/token-endpoint.ts';
import { countRows } from '../validation/write-body.ts';
import type { World } from '../world.ts';
import type { CrmAnswer } from './crm-api.ts';
import { answerCrm } from './crm-api.ts';
import type { SimRequest } from './message.ts';

/** What an exchange knows of its surroundings. */
export interface Surroundings {
  readonly world: World;
  /** Calls under way, this one included. */
  readonly underWay: number;
  /** The simulator's own address. */
  readonly baseUrl: string;
}

/** An ending, and the answer of a request that took effect. */
interface Outcome {
  readonly ending: Ending;
  readonly answer: CrmAnswer | undefined;
}

/**
 * Takes one request to its end on the wire, faults included, and writes it into the journal.
 *
 * ```
 * strikes before? ── yes ──► its ending
 *      │ no, or a delay (waits here)
 *   answer: it takes effect
 *      │ (a delay waits here)
 * strikes after?  ── yes ──► its ending
 *      │ no
 *   the answer
 * ```
 */
export async function exchange(request: SimRequest, around: Surroundings): Promise<Ending> {
  const { world } = around;
  const startedAtMs = world.now();
  const strike = world.faults.take(request);
  const outcome = await takeEffect(request, strike, around);
  record(request, strike, outcome, startedAtMs, world);
  return outcome.ending;
}

async function takeEffect(
  request: SimRequest,
  strike: Strike,
  around: Surroundings,
): Promise<Outcome> {
  const { world } = around;
  const fault = strike.request;
  const before = fault !== undefined && strikesBefore(fault);
  if (before && fault.kind !== 'delay') {
    return { ending: endingOf(fault, undefined, world), answer: undefined };
  }
  if (before) await delayOf(fault, world);
  const answer = await answerRequest(request, strike.rows, around);
  if (fault === undefined) return { ending: { kind: 'reply', reply: answer.reply }, answer };
  if (!before) await delayOf(fault, world);
  return { ending: endingOf(fault, answer.reply, world), answer };
}

async function delayOf(fault: RequestFault, world: World): Promise<void> {
  if (fault.kind === 'delay') await world.sleep(fault.delayMs);
}

async function answerRequest(
  request: SimRequest,
  rowFaults: readonly RowFault[],
  { world, underWay, baseUrl }: Surroundings,
): Promise<CrmAnswer> {
  if (!isOauth(request)) return await answerCrm(request, world, rowFaults, underWay);
  const reply = await answerOauth(request, world.tokens, world.knobs.current(), baseUrl);
  return { reply, rows: 0, credits: 0 };
}

/** Token requests carry credentials: their bodies and queries stay out of the journal. */
function record(
  request: SimRequest,
  strike: Strike,
  { ending, answer }: Outcome,
  startedAtMs: number,
  world: World,
): void {
  const reply = 'reply' in ending ? ending.reply : undefined;
  const faults = [strike.request, ...strike.rows].flatMap((struck) => struck?.kind ?? []);
  const secret = isOauth(request);
  world.journal.add({
    at: new Date(startedAtMs).toISOString(),
    method: request.method,
    path: request.path,
    query: secret ? '' : request.query.toString(),
    status: reply?.status ?? 0,
    rows: answer?.rows ?? countRows(request.body),
    credits: answer?.credits ?? 0,
    durationMs: world.now() - startedAtMs,
    fault: faults.length === 0 ? null : faults.join(','),
    requestBody: secret ? '' : request.body.toString('utf8'),
    responseBody: secret ? '' : (reply?.body ?? ''),
  });
}

/** Whether a request goes to the token endpoint: it is no CRM call. */
export function isOauth(request: Pick<SimRequest, 'path'>): boolean {
  return request.path.startsWith('/oauth/');
}
