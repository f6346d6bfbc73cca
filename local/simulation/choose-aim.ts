import type { FaultName } from './fault-table.ts';
import { AIMS } from './port-call-sites.ts';
import type { Plan } from './scenarios.ts';
import type { SeededRandom } from './seeded-random.ts';

/** Calls that are made only where a fault is on, and seldom even then. */
const SELDOM: Readonly<Partial<Record<FaultName, readonly string[]>>> = {
  credits_low: ['consumer/deliver-leads.ts clock.sleep', 'consumer/write-rows.ts clock.sleep'],
  zoho_refuses_connection: ['consumer/deliver-leads.ts clock.sleep'],
  outage: ['consumer/deliver-leads.ts clock.sleep', 'zoho/token.ts clock.sleep'],
  // More than once: of what is seldom, this is the rarest.
  converted_by_person: [
    'consumer/settle-converted.ts crm.addNote',
    'consumer/settle-converted.ts crm.addNote',
    'consumer/settle-converted.ts crm.addNote',
  ],
  forged: ['intake/authenticate.ts secrets.read'],
  delivery_off: ['consumer/deliver-record.ts events.readRecord', 'sweeper/sweep.ts events.unhold'],
  token_revoked: [
    'operations/control-breaker.ts breakers.read',
    'operations/control-breaker.ts breakers.save',
  ],
  replayed: [
    'operations/execute-replay.ts events.appendAudit',
    'operations/execute-replay.ts events.keepMapping',
    'operations/execute-replay.ts events.readRecord',
    'operations/execute-replay.ts events.remap',
    'operations/execute-replay.ts queue.enqueue',
    'operations/map-anew.ts events.readRaw',
    'operations/plan-replay.ts events.readNormalized',
    'operations/plan-replay.ts events.readRecord',
  ],
};

/** Chooses the call at which a seed's processes die often: mostly one that is made seldom. */
export function chooseAim(plan: Plan, random: SeededRandom): string {
  const seldom = Object.entries(SELDOM)
    .filter(([fault]) => isOn(plan, fault as FaultName))
    .map(([, aims]) => aims)
    .flat();
  return seldom.length > 0 && random.chance(0.8) ? random.pick(seldom) : random.pick(AIMS);
}

function isOn({ mix }: Plan, fault: FaultName): boolean {
  return mix[fault] > 0;
}
