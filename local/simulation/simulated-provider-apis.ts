import {
  createProviderApis,
  type ProviderApis,
  type Trouble,
} from '../provider-apis/provider-apis.ts';
import type { Container } from './container.ts';
import type { Facts } from './facts.ts';
import { FAULT_NAMES, type FaultName } from './fault-table.ts';
import type { Faults } from './faults.ts';
import type { Monitor } from './monitor.ts';
import type { SeededRandom } from './seeded-random.ts';
import { SECRETS } from './settings.ts';
import type { Submission } from './submission.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** The APIs from which details of submissions are read. */
export interface SimulatedProviderApis {
  /** Gives a process its own connection to them. */
  fetchOf(container: Container): typeof globalThis.fetch;
}

/** What the APIs are made of. */
export interface ProviderApiOptions {
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  readonly faults: Faults;
  readonly submissions: readonly Submission[];
  readonly facts: Pick<Facts, 'reads'>;
  readonly monitor: Pick<Monitor, 'detailsAsked'>;
}

const PROVIDER = 'meta';
const NETWORK_MS_MAX = 60;
/** The longest is within the time for the call. */
const SLOW_MS = [2_000, 7_000] as const;
const LATE_MS_MAX = 300_000;

type CallFault = Extract<FaultName, `api_${string}`>;

/** What may strike a call, in the order of the table. */
const CALL_FAULTS = FAULT_NAMES.filter((name): name is CallFault => name.startsWith('api_'));

/**
 * Puts what the submissions of a run say into the API of their provider, and a network in front of it that loses
 * things. Some of them the API does not know before minutes have passed.
 */
export function createSimulatedProviderApis(options: ProviderApiOptions): SimulatedProviderApis {
  const { clock, random, faults, submissions, facts, monitor } = options;
  const apis = createProviderApis();
  apis.setToken(PROVIDER, SECRETS.apiToken);
  for (const submission of submissions.filter(({ source }) => source === 'ads')) {
    const put = (): void => {
      apis.put(PROVIDER, { kind: 'submissions', id: leadIdOf(submission) }, leadOf(submission));
    };
    const isLate = faults.isPlanned('details_late');
    if (isLate) clock.after(submission.sentAtMs - clock.nowMs() + random.int(LATE_MS_MAX), put);
    else put();
  }

  return {
    fetchOf: (container) => async (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input);
      const id = url.pathname.split('/').at(-1) ?? '';
      facts.reads.set(id, (facts.reads.get(id) ?? 0) + 1);
      monitor.detailsAsked(id);
      await container.clock.sleep(random.between(1, NETWORK_MS_MAX));
      const struck = CALL_FAULTS.find((name) => faults.strikes(name));
      if (struck === 'api_refuses_connection') throw new TypeError('fetch failed');
      if (struck === 'api_slow') await container.clock.sleep(random.between(...SLOW_MS));
      if (struck === 'api_silent') return await silence(init?.signal ?? undefined);
      const trouble = struck === undefined ? undefined : TROUBLES[struck];
      if (trouble !== undefined) apis.plan(PROVIDER, { trouble, calls: 1 });
      return responseOf(apis, url, new Headers(init?.headers));
    },
  };
}

/** The id of a lead at Meta: digits. */
export function leadIdOf({ number }: Submission): string {
  return String(1_000_200_030_000_000 + number);
}

const TROUBLES: Readonly<Partial<Record<CallFault, Trouble>>> = {
  api_unavailable: 'unavailable',
  api_rate_limited: 'rate_limited',
  api_cut_json: 'cut',
  api_refuses_token: 'expired',
};

/** No answer, for as long as somebody waits for it. */
async function silence(signal: AbortSignal | undefined): Promise<Response> {
  return await new Promise((_resolve, reject) => {
    signal?.addEventListener('abort', () => reject(new DOMException('Aborted', 'AbortError')), {
      once: true,
    });
  });
}

function responseOf(apis: ProviderApis, url: URL, headers: Headers): Response {
  const ending = apis.answer(
    PROVIDER,
    { path: url.pathname, query: url.searchParams },
    Object.fromEntries(headers),
  );
  if (ending.kind === 'hang') throw new Error('nothing hangs here but by its own fault');
  const text = JSON.stringify(ending.body);
  const sent = ending.kind === 'cut' ? text.slice(0, text.length / 2) : text;
  return new Response(sent, { status: ending.status, headers: { ...ending.headers } });
}

function leadOf(submission: Submission): Record<string, unknown> {
  const { firstName, lastName, email, phone, company, message, number, isTest } = submission;
  const answers = {
    first_name: firstName,
    last_name: lastName,
    email,
    phone_number: phone,
    company_name: company,
    message,
    budget: isTest ? '<test lead: dummy data for budget>' : `Budget ${number}`,
  };
  return {
    created_time: new Date(submission.occurredAtMs).toISOString().replace('.000Z', '+0000'),
    form_id: '77',
    field_data: Object.entries(answers).flatMap(([name, value]) =>
      value === undefined ? [] : [{ name, values: [value] }],
    ),
  };
}
