import { createInProcessFetch } from '../zoho-simulator/in-process.ts';
import type { World } from '../zoho-simulator/world.ts';
import type { Container } from './container.ts';
import { ZOHO_URL } from './settings.ts';
import type { ZohoOptions } from './simulated-zoho.ts';
import { createRuin } from './zoho-faults.ts';

/** Gives a process its own connection to Zoho. */
export type Connect = (container: Container) => typeof globalThis.fetch;

const LOCK_MS_MAX = 120_000;
const NETWORK_MS_MAX = 60;

/** Builds the network between the processes and the organisation: it takes time, and loses things. */
export function createNetwork(options: ZohoOptions & { readonly world: World }): Connect {
  const { clock, random, faults, monitor, world } = options;
  const ruinOf = createRuin(options.plan, () => clock.nowMs(), random, faults);
  const inProcess = createInProcessFetch(world, ZOHO_URL);

  const strikeOrganisation = (): void => {
    if (faults.strikes('tokens_expired')) world.tokens.expireAll();
    if (!faults.strikes('record_locked')) return;
    const leads = world.store.all('Leads');
    if (leads.length === 0) return;
    world.store.lock(random.pick(leads), clock.nowMs() + random.int(LOCK_MS_MAX));
  };

  const send = async (container: Container, url: URL, init: RequestInit): Promise<Response> => {
    await clock.sleep(random.between(1, NETWORK_MS_MAX));
    const ruin = ruinOf(url.pathname);
    if (ruin === 'refused') throw notConnected();
    if (url.pathname.startsWith('/crm/')) strikeOrganisation();
    else monitor().requested(container, 'accounts');
    if (ruin === 'denied') return accessDenied();
    if (ruin !== undefined) world.faults.add([ruin]);
    return await inProcess(url, init);
  };

  return (container) => async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const to = url.pathname.startsWith('/crm/') ? 'crm' : 'accounts';
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
    send(container, url, { ...init, signal: gone.signal }).then(resolve, reject);
    let status = 0;
    try {
      const response = await promise;
      ({ status } = response);
      return response;
    } finally {
      survive();
      monitor().responded(container, to, status);
    }
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
