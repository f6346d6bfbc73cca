import type { FaultName } from './fault-table.ts';
import { AIMS } from './port-call-sites.ts';
import type { Plan } from './scenarios.ts';
import type { SeededRandom } from './seeded-random.ts';

/** Calls that are made only where a fault is on, and seldom even then. */
const SELDOM: Readonly<Partial<Record<FaultName, readonly string[]>>> = {
  credits_low: ['consumer/deliver-leads.ts clock.sleep', 'consumer/write-rows.ts clock.sleep'],
  zoho_refuses_connection: ['consumer/deliver-leads.ts clock.sleep'],
  table_timed_out: ['consumer/deliver-record.ts events.release'],
  outage: [
    'consumer/deliver-leads.ts clock.sleep',
    'consumer/deliver-leads.ts clock.sleep',
    'consumer/deliver-leads.ts clock.sleep',
    'zoho/token.ts clock.sleep',
  ],
  // More than once: of what is seldom, this is the rarest.
  converted_by_person: [
    'consumer/settle-converted.ts crm.addNote',
    'consumer/settle-converted.ts crm.addNote',
    'consumer/settle-converted.ts crm.addNote',
  ],
  forged: ['intake/authenticate.ts secrets.read'],
  delivery_off: ['consumer/deliver-record.ts events.readRecord', 'sweeper/sweep.ts events.unhold'],
  accounts_throttled: ['zoho/token-step.ts tokens.save', 'zoho/token.ts clock.sleep'],
  letter_refused: [
    'operations/quarantine/report-quarantine.ts deadLetters.send',
    'operations/quarantine/report-quarantine.ts events.markDlqSent',
  ],
  details_test: ['consumer/settle-event.ts events.suppress'],
  // Only where such an event was set aside, and is then mapped anew.
  api_refuses_token: [
    'operations/mapping/map-anew.ts events.readDetails',
    'operations/mapping/map-anew.ts events.readNormalized',
    'operations/mapping/map-anew.ts events.readNormalized',
    'operations/mapping/map-anew.ts events.readNormalized',
  ],
  // What waits for a merged state that is being written; a submitter is forgotten once a person.
  erased: [
    'operations/person/erase-identity.ts clock.sleep',
    'operations/person/erase-identity.ts clock.sleep',
    'operations/person/erase-identity.ts identities.save',
    'operations/person/erase-identity.ts identities.save',
    'operations/person/erase-person.ts eraser.forgetSubmitter',
    'operations/person/erase-person.ts eraser.forgetSubmitter',
    'operations/person/find-person.ts identities.read',
  ],
  closed: [
    'operations/quarantine/close-leads.ts events.readRecord',
    'operations/quarantine/close-leads.ts events.appendAudit',
    'operations/quarantine/close-leads.ts events.close',
  ],
  token_revoked: [
    'zoho/hand-over-token.ts tokens.read',
    'zoho/hand-over-token.ts tokens.save',
    'operations/delivery/control-breaker.ts breakers.read',
    'operations/delivery/control-breaker.ts breakers.save',
  ],
  // Those more than once that take an event in quarantine which another mapping reads otherwise.
  replayed: [
    'operations/quarantine/execute-replay.ts events.appendAudit',
    'operations/quarantine/execute-replay.ts events.appendAudit',
    'operations/quarantine/execute-replay.ts events.keepMapping',
    'operations/quarantine/execute-replay.ts events.readRecord',
    'operations/quarantine/execute-replay.ts events.remap',
    'operations/quarantine/execute-replay.ts events.remap',
    'operations/quarantine/execute-replay.ts events.remap',
    'operations/quarantine/execute-replay.ts events.remap',
    'operations/quarantine/execute-replay.ts events.remap',
    'operations/quarantine/execute-replay.ts queue.enqueue',
    'operations/mapping/map-anew.ts events.readRaw',
    'operations/mapping/map-anew.ts events.readRaw',
    'operations/mapping/map-anew.ts events.readDetails',
    'operations/mapping/map-anew.ts events.readNormalized',
    'operations/mapping/map-anew.ts events.readNormalized',
    'operations/mapping/map-anew.ts events.readNormalized',
    'operations/mapping/map-anew.ts events.readNormalized',
    'operations/quarantine/plan-replay.ts events.readNormalized',
    'operations/quarantine/quarantine-candidates.ts events.readRecord',
  ],
};

/** The rarest of all: aimed at wherever they can be called. */
const RAREST: Readonly<Partial<Record<FaultName, string>>> = {
  credits_low: 'consumer/deliver-leads.ts clock.sleep',
  outage: 'consumer/deliver-leads.ts clock.sleep',
  api_refuses_token: 'operations/mapping/map-anew.ts events.readNormalized',
  replayed: 'operations/quarantine/execute-replay.ts events.remap',
  erased: 'operations/person/erase-identity.ts clock.sleep',
};

/** All calls that are named here, by file and port: each must be one that there is. */
export const NAMED_AIMS: readonly string[] = [
  ...Object.values(SELDOM).flat(),
  ...Object.values(RAREST),
];

/** Beside the first aim: what is made seldom is struck once in hundreds of seeds, if a seed has one aim alone. */
const SELDOM_AIMS = 8;

/**
 * Chooses the calls at which a seed's processes die often: one of any kind, mostly one that is made seldom, and
 * some of those that the faults of the seed lead to.
 */
export function chooseAims(plan: Plan, random: SeededRandom): readonly string[] {
  const seldom = Object.entries(SELDOM)
    .filter(([fault]) => isOn(plan, fault as FaultName))
    .map(([, aims]) => aims);
  if (seldom.length === 0) return [random.pick(AIMS)];
  const first = random.chance(0.8) ? random.pick(seldom.flat()) : random.pick(AIMS);
  // By fault, and then within: short lists would else hardly be chosen beside long ones.
  const more = Array.from({ length: SELDOM_AIMS }, () => random.pick(random.pick(seldom)));
  const rarest = Object.entries(RAREST)
    .filter(([fault]) => isOn(plan, fault as FaultName))
    .map(([, aim]) => aim);
  return [...new Set([first, ...more, ...rarest])];
}

function isOn({ mix }: Plan, fault: FaultName): boolean {
  return mix[fault] > 0;
}
