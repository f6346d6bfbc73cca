import type { Clock } from '../../lambdas/core/ports.ts';
import type { Fault } from '../zoho-simulator/faults/fault.ts';
import { createInProcessFetch } from '../zoho-simulator/in-process.ts';
import { createWorld, type World } from '../zoho-simulator/world.ts';
import type { Container } from './container.ts';
import type { FaultName } from './fault-table.ts';
import type { Faults } from './faults.ts';
import type { Monitor } from './monitor.ts';
import type { Plan } from './scenarios.ts';
import type { SeededRandom } from './seeded-random.ts';
import { SECRETS, START_MS, ZOHO_URL } from './settings.ts';
import type { Submission } from './submission.ts';

/** The simulated organisation and the network before it. */
export interface SimulatedZoho {
  readonly world: World;
  /** A process's own connection. */
  fetchOf(container: Container): typeof globalThis.fetch;
  /** Ends the refresh token; only the new one works from now on. */
  revoke(): void;
  endFaults(): void;
}

/** What the organisation is made of. */
export interface ZohoOptions {
  readonly clock: Clock;
  readonly random: SeededRandom;
  readonly faults: Faults;
  readonly plan: Plan;
  readonly submissions: readonly Submission[];
  /** Known a little later: the monitor sees the organisation's commits. */
  readonly monitor: () => Monitor;
}

const DAILY_CREDITS = 50_000;
/** A few; too few for the reserve; and, once half are spent, few enough to be slowed down for. */
const LOW_CREDITS = [10, 60, 900, 1_700, 1_700, 1_700];

/** How Zoho is gone: in one way, or now so and now so. */
const OUTAGE_KINDS = [
  ['refused'],
  ['silent'],
  ['unavailable'],
  ['refused', 'silent', 'unavailable'],
] as const;
const LATE_MS_MAX = 25_000;
const LOCK_MS_MAX = 120_000;
const NETWORK_MS_MAX = 60;

/** Builds the organisation: the real simulator, on virtual time, with its faults drawn by the seed. */
export function createSimulatedZoho(options: ZohoOptions): SimulatedZoho {
  const { clock, random, faults, plan, monitor } = options;
  const world = createWorld({
    now: () => clock.nowMs(),
    sleep: async (ms) => {
      if (ms > 0) await clock.sleep(ms);
    },
    knobs: knobsOf(plan, random),
    records: {
      changes: [],
      journal: { append: (change) => monitor().journal.append(change), close: () => undefined },
    },
  });
  if (plan.mix.credits_low > 0) world.credits.spend(world.knobs.current().dailyCredits >> 1);
  world.faults.add(poisonFaults(options.submissions));
  const outageKinds = random.pick(OUTAGE_KINDS);
  const inProcess = createInProcessFetch(world, ZOHO_URL);

  const send = async (
    container: Container,
    input: string | URL | Request,
    init: RequestInit,
  ): Promise<Response> => {
    const path = new URL(input instanceof Request ? input.url : input).pathname;
    await clock.sleep(random.between(1, NETWORK_MS_MAX));
    const ruined = ruinedBy(path);
    if (ruined === 'refused') throw notConnected();
    if (path.startsWith('/oauth/')) monitor().requested(container, 'accounts');
    if (ruined === 'denied') return accessDenied();
    if (ruined !== undefined) world.faults.add([ruined]);
    if (path.startsWith('/crm/')) strikeOrganisation();
    return await inProcess(input, init);
  };

  function ruinedBy(path: string): Fault | 'refused' | 'denied' | undefined {
    const isGone =
      plan.outage !== undefined &&
      clock.nowMs() >= START_MS + plan.outage.fromMs &&
      clock.nowMs() < START_MS + plan.outage.untilMs;
    if (isGone) {
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
    // A query has no results by row: what it leaves out is what there is not.
    if (name === 'zoho_short_data' && path.endsWith('/coql')) return undefined;
    return callFault(name, path, random);
  }

  function strikeOrganisation(): void {
    if (faults.strikes('tokens_expired')) world.tokens.expireAll();
    if (!faults.strikes('record_locked')) return;
    const leads = world.store.all('Leads');
    if (leads.length > 0)
      world.store.lock(random.pick(leads), clock.nowMs() + random.int(LOCK_MS_MAX));
  }

  return {
    world,
    revoke: () => {
      faults.note('token_revoked');
      world.changeKnobs({ refreshToken: SECRETS.newRefreshToken });
      world.tokens.expireAll();
    },
    endFaults: () => {
      world.changeKnobs({
        dailyCredits: DAILY_CREDITS,
        race: null,
        searchLagMs: 5_000,
        accessTokenTtlSeconds: 3_600,
      });
    },
    fetchOf: (container) => async (input, init) => {
      const to = new URL(input instanceof Request ? input.url : input).pathname.startsWith('/crm/')
        ? 'crm'
        : 'accounts';
      if (to === 'crm') monitor().requested(container, to);
      const { promise, resolve, reject } = Promise.withResolvers<Response>();
      // Whoever sent it may give up, or die: the request goes on without him.
      const gone = new AbortController();
      const survive = container.onDeath(() => gone.abort());
      const giveUp = (): void => {
        gone.abort();
        reject(new DOMException('Aborted', 'AbortError'));
      };
      init?.signal?.addEventListener('abort', giveUp, { once: true });
      send(container, input, { ...init, signal: gone.signal }).then(resolve, reject);
      let status = 0;
      try {
        const response = await promise;
        ({ status } = response);
        return response;
      } finally {
        survive();
        monitor().responded(container, to, status);
      }
    },
  };
}

/** Of several, the first that strikes. */
const CALL_FAULTS = [
  'zoho_refuses_connection',
  'zoho_slow',
  'zoho_reset_before',
  'zoho_reset_after',
  'zoho_silent_before',
  'zoho_silent_after',
  'zoho_late',
  'zoho_rate_limited',
  'zoho_internal_error',
  'zoho_internal_error_after',
  'zoho_bad_gateway',
  'zoho_unavailable',
  'zoho_cut_json',
  'zoho_cut_connection',
  'zoho_short_data',
  'zoho_error_with_200',
  'zoho_turns_token_down',
] as const satisfies readonly FaultName[];

type When = 'before' | 'after';

function callFault(
  name: (typeof CALL_FAULTS)[number],
  path: string,
  random: SeededRandom,
): Fault | 'refused' {
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
function poisonFaults(submissions: readonly Submission[]): readonly Fault[] {
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

function knobsOf(plan: Plan, random: SeededRandom): Parameters<typeof createWorld>[0]['knobs'] {
  const { mix } = plan;
  return {
    clientId: SECRETS.clientId,
    clientSecret: SECRETS.clientSecret,
    refreshToken: SECRETS.refreshToken,
    seed: random.int(2 ** 31),
    dailyCredits: mix.credits_low > 0 ? random.pick(LOW_CREDITS) : DAILY_CREDITS,
    convertedLeads: random.pick(['hidden', 'duplicate_data', 'converted_record'] as const),
    deadTokenCode: random.pick(['INVALID_TOKEN', 'AUTHENTICATION_FAILURE'] as const),
    requestErrorShape: random.pick(['flat', 'wrapped'] as const),
    workflowOnUnchanged: random.chance(0.5),
    ...(mix.search_lag > 0 ? { searchLagMs: random.int(600_000) } : {}),
    ...(mix.check_then_insert > 0 ? { race: { delayMs: random.between(50, 900) } } : {}),
    ...(mix.token_short_lived > 0 ? { accessTokenTtlSeconds: random.between(240, 720) } : {}),
  };
}

function notConnected(): TypeError {
  const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  return new TypeError('fetch failed', { cause });
}

/** @see local/zoho-simulator/oauth/token-endpoint.ts */
function accessDenied(): Response {
  return Response.json(
    {
      error_description:
        'You have made too many requests continuously. Please try again after some time.',
      error: 'Access Denied',
      status: 'failure',
    },
    { status: 400 },
  );
}
