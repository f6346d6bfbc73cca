import {
  type ApiAnswer,
  type ApiShape,
  type Problem,
  type Resource,
  shapeOf,
} from './api-shapes.ts';

/** What an API can be told to do instead of answering. */
export type Trouble = Problem | 'hang' | 'cut';

/** Every trouble, by its name in the admin route. */
export const TROUBLES: readonly Trouble[] = [
  'unauthorized',
  'forbidden',
  'expired',
  'not_found',
  'rate_limited',
  'unavailable',
  'hang',
  'cut',
];

/** Trouble for the next calls of one provider. */
export interface PlannedTrouble {
  readonly trouble: Trouble;
  /** How many calls meet it, 1 or more. */
  readonly calls: number;
  /** Sent as `Retry-After` with `rate_limited` and `unavailable`. */
  readonly retryAfterSeconds?: number;
}

/** A call that came, without its token. */
export interface ApiCall {
  readonly path: string;
  /** 0 for a call that got no whole answer. */
  readonly status: number;
}

/** What becomes of a call. `cut`: the answer ends in the middle. */
export type ApiEnding =
  | { readonly kind: 'hang' }
  | (ApiAnswer & {
      readonly kind: 'answer' | 'cut';
      readonly headers: Readonly<Record<string, string>>;
    });

/** The token that every API takes until another one is set. It opens nothing elsewhere. */
export const LOCAL_API_TOKEN = 'local-provider-api-token';

/** The providers' APIs: what they know, whom they let in, and what is wrong with them. */
export interface ProviderApis {
  /** Puts a submission (or a form) in, or another one in its place. */
  put(provider: string, resource: Resource, body: Record<string, unknown>): void;
  /** @returns whether it was there */
  remove(provider: string, resource: Resource): boolean;
  setToken(provider: string, token: string): void;
  /** Adds trouble behind what is planned already. */
  plan(provider: string, trouble: PlannedTrouble): void;
  calls(provider: string): readonly ApiCall[];
  /** Answers a call to a provider's API. */
  answer(
    provider: string,
    url: { readonly path: string; readonly query: URLSearchParams },
    headers: Readonly<Record<string, string | undefined>>,
  ): ApiEnding;
}

interface Api {
  token: string;
  readonly stored: Map<string, Record<string, unknown>>;
  readonly planned: { readonly what: PlannedTrouble; left: number }[];
  readonly calls: ApiCall[];
}

/** Builds the APIs, empty and well. They live in memory. */
export function createProviderApis(): ProviderApis {
  const apis = new Map<string, Api>();
  const apiOf = (provider: string): Api => {
    const api = apis.get(provider) ?? {
      token: LOCAL_API_TOKEN,
      stored: new Map<string, Record<string, unknown>>(),
      planned: [],
      calls: [],
    };
    apis.set(provider, api);
    return api;
  };
  return {
    put: (provider, resource, body) => {
      apiOf(provider).stored.set(nameOf(resource), body);
    },
    remove: (provider, resource) => apiOf(provider).stored.delete(nameOf(resource)),
    setToken: (provider, token) => {
      apiOf(provider).token = token;
    },
    plan: (provider, what) => {
      apiOf(provider).planned.push({ what, left: what.calls });
    },
    calls: (provider) => apiOf(provider).calls,
    answer: (provider, url, headers) => {
      const api = apiOf(provider);
      const ending = endingOf(api, shapeOf(provider), url, headers);
      api.calls.push({ path: url.path, status: ending.kind === 'answer' ? ending.status : 0 });
      return ending;
    },
  };
}

function endingOf(
  api: Api,
  shape: ApiShape | undefined,
  url: { readonly path: string; readonly query: URLSearchParams },
  headers: Readonly<Record<string, string | undefined>>,
): ApiEnding {
  if (shape === undefined) return answerWith({ status: 404, body: { error: 'no such provider' } });
  const trouble = nextTrouble(api);
  if (trouble?.trouble === 'hang') return { kind: 'hang' };
  if (trouble !== undefined && trouble.trouble !== 'cut') {
    const { retryAfterSeconds: seconds } = trouble;
    return answerWith(
      shape.refuse(trouble.trouble),
      seconds === undefined ? {} : { 'retry-after': String(seconds) },
    );
  }
  if (shape.tokenOf(headers) !== api.token) return answerWith(shape.refuse('unauthorized'));
  const resource = resourceOf(shape, url.path);
  const stored = resource === undefined ? undefined : api.stored.get(nameOf(resource));
  if (resource === undefined || stored === undefined) return answerWith(shape.refuse('not_found'));
  const whole = answerWith({ status: 200, body: shape.answer(resource, stored, url.query) });
  return trouble === undefined ? whole : { ...whole, kind: 'cut' };
}

function answerWith(
  answer: ApiAnswer,
  headers: Readonly<Record<string, string>> = {},
): ApiAnswer & { kind: 'answer'; headers: Readonly<Record<string, string>> } {
  return { kind: 'answer', headers, ...answer };
}

function nextTrouble(api: Api): PlannedTrouble | undefined {
  const [next] = api.planned;
  if (next === undefined) return undefined;
  next.left -= 1;
  if (next.left <= 0) api.planned.shift();
  return next.what;
}

/** What a path of an API asks for; `undefined` for one that it does not have. */
export function resourceOf(shape: ApiShape, path: string): Resource | undefined {
  for (const [kind, pattern] of Object.entries(shape.paths)) {
    const id = pattern.exec(path)?.[1];
    if (id !== undefined) return { kind, id: decodeURIComponent(id) };
  }
  return undefined;
}

function nameOf({ kind, id }: Resource): string {
  return `${kind}/${id}`;
}
