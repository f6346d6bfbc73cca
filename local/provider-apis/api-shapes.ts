/** An answer of an API: a status and JSON. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: object;
}

/** Something that an API can say no for. */
export type Problem =
  | 'unauthorized'
  | 'forbidden'
  | 'expired'
  | 'not_found'
  | 'rate_limited'
  | 'unavailable';

/** What a path asks for: a submission, or a form that it belongs to. */
export interface Resource {
  readonly kind: string;
  readonly id: string;
}

/** One provider's API, as far as submissions are read from it. */
export interface ApiShape {
  /** Its kinds of resources: where they lie. */
  readonly paths: Readonly<Record<string, RegExp>>;
  /** The token of a request, from where this API takes it; never from the URL. */
  tokenOf(headers: Readonly<Record<string, string | undefined>>): string | undefined;
  /** A resource as the API tells it: what was put in, and what the API adds. */
  answer(resource: Resource, stored: Record<string, unknown>, query: URLSearchParams): object;
  refuse(problem: Problem): ApiAnswer;
  /** What is to be put in, so that this is what is answered; the answer itself by default. */
  storedOf?(answer: Record<string, unknown>): unknown;
}

const STATUS: Readonly<Record<Problem, number>> = {
  unauthorized: 401,
  forbidden: 403,
  expired: 401,
  not_found: 404,
  rate_limited: 429,
  unavailable: 500,
};

const bearerOf: ApiShape['tokenOf'] = (headers) =>
  /^(?:Bearer|OAuth) (\S+)$/.exec(headers['authorization'] ?? '')?.[1];

function listOf(query: URLSearchParams, name: string): readonly string[] {
  return query.getAll(name).flatMap((each) => each.split(','));
}

function pick(from: Record<string, unknown>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(from).filter(([name]) => names.includes(name)));
}

/**
 * Meta's Graph API. It answers the fields that are asked for and the id, and refuses with 400 what others
 * refuse with 401 and 404: an expired token is code 190; an object that does not exist, or that the token
 * may not see, is code 100 with subcode 33 (seen in facebook-python-business-sdk issue 239, read 2026-11-22).
 */
const GRAPH: ApiShape = {
  paths: { submissions: /^\/(?:v\d+\.\d+\/)?(\d+)$/ },
  tokenOf: bearerOf,
  answer: ({ id }, stored, query) => ({
    ...pick({ created_time: '2026-11-22T04:00:00+0000', ...stored }, listOf(query, 'fields')),
    id,
  }),
  refuse: (problem) => {
    const error = (status: number, type: string, code: number, more = {}): ApiAnswer => ({
      status,
      body: { error: { message: `(#${code}) ${problem}`, type, code, ...more } },
    });
    switch (problem) {
      case 'unauthorized':
      case 'expired':
        return error(400, 'OAuthException', 190);
      case 'forbidden':
        return error(403, 'OAuthException', 200);
      case 'not_found':
        return error(400, 'GraphMethodException', 100, { error_subcode: 33 });
      case 'rate_limited':
        return error(429, 'OAuthException', 4);
      case 'unavailable':
        return error(500, 'OAuthException', 2);
    }
  },
};

/** LinkedIn's Lead Sync API: responses, and the forms whose questions they answer. */
const LINKEDIN: ApiShape = {
  paths: {
    submissions: /^\/rest\/leadFormResponses\/([^/]+)$/,
    forms: /^\/rest\/leadForms\/([^/]+)$/,
  },
  tokenOf: bearerOf,
  answer: ({ kind, id }, stored) =>
    kind === 'forms' ? { id, ...stored } : { id, testLead: false, ...stored },
  refuse: (problem) => ({
    status: STATUS[problem],
    body: { status: STATUS[problem], code: problem.toUpperCase(), message: problem },
  }),
};

/** HubSpot's CRM objects. It answers the properties that are asked for, and a few that it always does. */
const HUBSPOT: ApiShape = {
  paths: { submissions: /^\/crm\/v3\/objects\/contacts\/([^/]+)$/ },
  tokenOf: bearerOf,
  answer: ({ id }, stored, query) => {
    const { properties = {}, ...rest } = stored as { properties?: Record<string, unknown> };
    const asked = listOf(query, 'properties');
    const always = [
      'createdate',
      'email',
      'firstname',
      'hs_object_id',
      'lastmodifieddate',
      'lastname',
    ];
    return {
      id,
      createdAt: '2026-11-22T04:00:00.000Z',
      updatedAt: '2026-11-22T04:00:00.000Z',
      archived: false,
      ...rest,
      properties: pick({ hs_object_id: id, ...properties }, asked.length === 0 ? always : asked),
    };
  },
  refuse: (problem) => ({
    status: STATUS[problem],
    body: { status: 'error', message: problem, category: problem.toUpperCase() },
  }),
};

/** Jotform's API, which wraps everything it says. */
const JOTFORM: ApiShape = {
  paths: { submissions: /^\/submission\/(\d+)$/ },
  tokenOf: (headers) => headers['apikey'],
  answer: ({ id }, stored) => ({
    responseCode: 200,
    message: 'success',
    content: { id, created_at: '2026-11-22 04:00:00', status: 'ACTIVE', ...stored },
  }),
  refuse: (problem) => ({
    status: STATUS[problem],
    body: { responseCode: STATUS[problem], message: problem, content: '' },
  }),
  storedOf: ({ content }) => content,
};

const SHAPES: Readonly<Record<string, ApiShape>> = {
  meta: GRAPH,
  linkedin: LINKEDIN,
  hubspot: HUBSPOT,
  jotform: JOTFORM,
};

/**
 * The API of a provider.
 *
 * @param provider as the configuration calls it: `linkedin`, or a name that begins so, `linkedin_lead_sync`
 */
export function shapeOf(provider: string): ApiShape | undefined {
  return SHAPES[provider.split('_', 1)[0] ?? ''];
}

/** The providers whose APIs are played. */
export const PLAYED_PROVIDERS: readonly string[] = Object.keys(SHAPES);
