/** The JSON body of a write. */
export interface SentBody {
  readonly data: readonly Readonly<Record<string, unknown>>[];
  readonly trigger?: readonly string[];
  readonly duplicate_check_fields?: readonly string[];
}

/** One request as the client made it. */
export interface SentRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; undefined for a form or no body. */
  readonly json: SentBody | undefined;
  readonly form: URLSearchParams;
}

/** The query of a call to COQL. */
export function queryOf(request: SentRequest | undefined): unknown {
  return JSON.parse(request?.text ?? '{}').select_query;
}

/** What a scripted server does with one request. */
export type Script = (request: SentRequest) => Response | Promise<Response>;

export interface ScriptedFetch {
  readonly fetch: typeof globalThis.fetch;
  readonly sent: SentRequest[];
  /** Requests to the accounts server. */
  tokenRequests(): SentRequest[];
  /** Requests to the CRM. */
  crmRequests(): SentRequest[];
}

/**
 * A `fetch` that plays Zoho: `accounts` answers token requests, `crm` everything else, in turn; the
 * last script of a list stays.
 */
export function scriptedFetch(scripts: {
  accounts?: readonly Script[];
  crm?: readonly Script[];
}): ScriptedFetch {
  const sent: SentRequest[] = [];
  const isToken = (request: SentRequest): boolean => request.url.pathname === '/oauth/v2/token';
  const accounts = inTurn(scripts.accounts ?? [grant()]);
  const crm = inTurn(scripts.crm ?? [allWritten()]);
  return {
    sent,
    tokenRequests: () => sent.filter(isToken),
    crmRequests: () => sent.filter((request) => !isToken(request)),
    fetch: async (input, init) => {
      const request = readRequest(input, init);
      sent.push(request);
      const signal = init?.signal ?? undefined;
      const answer = Promise.resolve((isToken(request) ? accounts : crm)(request));
      return signal === undefined ? answer : Promise.race([answer, aborted(signal)]);
    },
  };
}

/** An answer with a JSON body. */
export function json(status: number, body: unknown, headers: Record<string, string> = {}): Script {
  return () =>
    new Response(JSON.stringify(body), {
      status,
      headers: { 'content-type': 'application/json', ...headers },
    });
}

/** An answer with a body that is not JSON; 204 has none. */
export function text(status: number, body: string): Script {
  return () => new Response(status === 204 ? null : body, { status });
}

/** No answer, ever. */
export function silence(): Script {
  return async () => new Promise<Response>(() => {});
}

/** The socket's error, as fetch gives it. */
export function socketError(code: string): Script {
  return () => {
    const cause = Object.assign(new Error(code), { code });
    throw new TypeError('fetch failed', { cause });
  };
}

let grants = 0;

/** An access token, another one each time unless it is given. */
export function grant(fields: Record<string, unknown> = {}): Script {
  return () => {
    grants += 1;
    return Response.json({
      access_token: `1000.token-${grants}`,
      api_domain: 'https://www.zohoapis.com',
      token_type: 'Bearer',
      expires_in: 3_600,
      ...fields,
    });
  };
}

/** Success for each row of the request: ids counted from `firstId`. */
export function allWritten(action: 'insert' | 'update' = 'insert', firstId = 1): Script {
  return (request) =>
    Response.json({
      data: request.json?.data.map(({ id }, index) =>
        writtenStatus(typeof id === 'string' ? id : String(firstId + index), action),
      ),
    });
}

/** The records that a search, a query or a list finds. */
export function foundRecords(...records: readonly object[]): Script {
  return records.length === 0
    ? text(204, '')
    : json(200, { data: records, info: { count: records.length, more_records: false } });
}

/** Zoho's success object of one row. */
export function writtenStatus(id: string, action: 'insert' | 'update' = 'insert'): object {
  return {
    code: 'SUCCESS',
    duplicate_field: action === 'insert' ? null : 'Email',
    action,
    details: { id, Modified_Time: '2026-11-22T10:00:00+05:30' },
    message: action === 'insert' ? 'record added' : 'record updated',
    status: 'success',
  };
}

/** Zoho's error object of one row or one request. */
export function errorStatus(code: string, details: object = {}, message = 'an error'): object {
  return { code, details, message, status: 'error' };
}

function inTurn(scripts: readonly Script[]): Script {
  let turn = 0;
  return (request) => {
    const script = scripts[Math.min(turn, scripts.length - 1)];
    turn += 1;
    if (script === undefined) throw new Error('no script');
    return script(request);
  };
}

function readRequest(input: string | URL | Request, init: RequestInit | undefined): SentRequest {
  const body = typeof init?.body === 'string' ? init.body : '';
  const headers = new Headers(init?.headers);
  const isJson = headers.get('content-type') === 'application/json';
  return {
    method: init?.method ?? 'GET',
    url: new URL(input instanceof Request ? input.url : input),
    headers,
    text: body,
    json: isJson ? (JSON.parse(body) as SentBody) : undefined,
    form: new URLSearchParams(isJson ? '' : body),
  };
}

async function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const fail = (): void => reject(new DOMException('This operation was aborted', 'AbortError'));
    if (signal.aborted) fail();
    signal.addEventListener('abort', fail, { once: true });
  });
}
