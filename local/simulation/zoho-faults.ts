import type { Fault } from '../zoho-simulator/faults/fault.ts';
import { FAULT_NAMES, type FaultName } from './fault-table.ts';
import type { Faults } from './faults.ts';
import type { Plan } from './scenarios.ts';
import type { SeededRandom } from './seeded-random.ts';
import { START_MS } from './settings.ts';
import type { Submission } from './submission.ts';

/** What ruins a call: no connection, no token from the accounts server, or a fault of the organisation. */
export type Ruin = 'refused' | 'denied' | Fault;

/** How Zoho is gone: in one way, or now so and now so. */
const OUTAGE_KINDS = [
  ['refused'],
  ['silent'],
  ['unavailable'],
  ['refused', 'silent', 'unavailable'],
] as const;

const LATE_MS_MAX = 25_000;

/**
 * Builds what draws the fault of each call, by its path; `undefined` for none.
 *
 * @param nowMs virtual time
 */
export function createRuin(
  plan: Plan,
  nowMs: () => number,
  random: SeededRandom,
  faults: Faults,
): (path: string) => Ruin | undefined {
  const outageKinds = random.pick(OUTAGE_KINDS);
  const isGone = (): boolean =>
    plan.outage !== undefined &&
    nowMs() >= START_MS + plan.outage.fromMs &&
    nowMs() < START_MS + plan.outage.untilMs;

  return (path) => {
    if (isGone()) {
      faults.note('outage');
      switch (random.pick(outageKinds)) {
        case 'refused':
          return 'refused';
        case 'silent':
          return faultOf('hang', path);
        case 'unavailable':
          return faultOf('unavailable', path);
      }
    }
    if (path.startsWith('/oauth/')) {
      if (faults.strikes('accounts_throttled')) return 'denied';
      return faults.strikes('accounts_silent') ? faultOf('hang', path) : undefined;
    }
    const name = CALL_FAULTS.find((each) => faults.strikes(each));
    if (name === undefined) return undefined;
    // A query or a list has no results by row: what it leaves out is what there is not.
    const isRead = path.endsWith('/coql') || /\/Contacts\/\d+\/Notes$/.test(path);
    if (name === 'zoho_short_data' && isRead) return undefined;
    return callFault(name, path, random);
  };
}

type CallFault = Extract<FaultName, `zoho_${string}`>;

/** What may strike a call, in the order of the table. */
const CALL_FAULTS = FAULT_NAMES.filter((name): name is CallFault => name.startsWith('zoho_'));

type When = 'before' | 'after';

function callFault(name: CallFault, path: string, random: SeededRandom): Fault | 'refused' {
  switch (name) {
    case 'zoho_refuses_connection':
      return 'refused';
    case 'zoho_slow':
      return delay(path, 'after', random.between(2_000, 9_000));
    case 'zoho_late':
      return delay(path, 'before', random.between(500, LATE_MS_MAX));
    case 'zoho_reset_before':
      return faultOf('reset', path);
    case 'zoho_reset_after':
      return faultOf('reset', path, 'after');
    case 'zoho_silent_before':
      return faultOf('hang', path);
    case 'zoho_silent_after':
      return faultOf('hang', path, 'after');
    case 'zoho_rate_limited':
      return { kind: 'too_many_concurrent', match: { path, nth: 1 }, times: 1 };
    case 'zoho_internal_error':
      return faultOf('internal_error', path);
    case 'zoho_internal_error_after':
      return faultOf('internal_error', path, 'after');
    case 'zoho_bad_gateway':
      return faultOf('bad_gateway_html', path, random.pick<When>(['before', 'after']));
    case 'zoho_unavailable':
      return faultOf('unavailable', path);
    case 'zoho_cut_json':
      return { kind: 'truncated_json', match: { path, nth: 1 }, times: 1 };
    case 'zoho_cut_connection':
      return { kind: 'cut_connection', match: { path, nth: 1 }, times: 1 };
    case 'zoho_short_data':
      return { kind: 'short_data', match: { path, nth: 1 }, times: 1 };
    case 'zoho_error_with_200':
      return faultOf('success_with_error_body', path);
    case 'zoho_turns_token_down':
      return { kind: 'unauthorized', match: { path, nth: 1 }, times: 1 };
  }
}

type Plain =
  | 'internal_error'
  | 'bad_gateway_html'
  | 'unavailable'
  | 'hang'
  | 'reset'
  | 'success_with_error_body';

function faultOf(kind: Plain, path: string, when: When = 'before'): Fault {
  return { kind, when, match: { path, nth: 1 }, times: 1 };
}

function delay(path: string, when: When, delayMs: number): Fault {
  return { kind: 'delay', when, delayMs, match: { path, nth: 1 }, times: 1 };
}

/** Values that Zoho refuses for good, whatever else ends. */
export function poisonFaults(submissions: readonly Submission[]): readonly Fault[] {
  return submissions
    .filter((submission) => submission.isPoison)
    .map(({ company }) => ({
      kind: 'row_error',
      code: 'INVALID_DATA',
      message: 'invalid data',
      details: { api_name: 'Company' },
      match: { path: '/crm/*', nth: 1, row: { field: 'Company', equals: company } },
      times: 'always',
    }));
}
