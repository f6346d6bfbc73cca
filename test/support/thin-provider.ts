import type { SourceConfig } from '../../lambdas/providers/catalogue.ts';
import { failure } from '../../lambdas/core/failure.ts';
import { bindDetails } from '../../lambdas/providers/bind-details.ts';
import type { BoundProvider } from '../../lambdas/providers/bind-provider.ts';
import type { DetailsApi } from '../../lambdas/providers/details.ts';
import {
  isArray,
  type Json,
  member,
  parseJson,
  scalarText,
} from '../../lambdas/providers/reading/json.ts';
import type { Reading, Submission } from '../../lambdas/providers/provider.ts';

/** The sender's id of the submission that `aThinSubmission` names. */
export const LEAD_ID = '4150868000000376008';

/** A submission that is only named. */
export function aThinSubmission(overrides: Partial<Submission> = {}): Submission {
  const id = overrides.sourceEventId ?? LEAD_ID;
  return {
    eventType: 'lead.created',
    sourceEventId: id,
    occurredAt: '2026-11-22T03:59:58.000Z',
    attributes: { form_id: '77' },
    answers: [],
    consent: [],
    details: { leadgen_id: id },
    content: { leadgen_id: id },
    ...overrides,
  };
}

/** A lead as the Graph API tells it. */
export function aGraphLead(
  fields: Readonly<Record<string, string>> = { email: 'ana@example.com', full_name: 'Ana Ng' },
  overrides: Readonly<Record<string, Json>> = {},
): Json {
  return {
    id: LEAD_ID,
    created_time: '2026-11-22T03:59:50+0000',
    field_data: Object.entries(fields).map(([name, value]) => ({ name, values: [value] })),
    ...overrides,
  };
}

const codeOf = (body: Json | undefined): Json | undefined => member(member(body, 'error'), 'code');

/** An API of the shape of the Graph API: one call, and 400 with code 190 for a token that has expired. */
export const THIN_API: DetailsApi<SourceConfig> = {
  origin: () => 'https://graph.example.com',
  authorize: (token) => ({ authorization: `Bearer ${token}` }),
  calls: (ref) => [
    { path: `/${encodeURIComponent(ref['leadgen_id'] ?? '')}?fields=id,field_data` },
  ],
  deletionOf: (ref) => ({ eventType: 'lead.deleted', sourceEventId: ref['leadgen_id'] ?? '' }),
  refusal: (status, body) => (status === 400 && codeOf(body) === 190 ? 'unauthorized' : undefined),
  read: (thin, [answer]) => {
    const data = member(answer, 'field_data');
    if (!isArray(data)) {
      return { kind: 'unreadable', failure: failure('unknown_shape', 'it has no field_data') };
    }
    if (data.length === 0) return { kind: 'read', submissions: [] };
    const field = (name: string) => {
      const found = data.find((each) => member(each, 'name') === name);
      const values = member(found, 'values');
      return isArray(values) ? scalarText(values[0]) : undefined;
    };
    const [email, fullName] = [field('email'), field('full_name')];
    const submission: Submission = {
      ...thin,
      ...(email === undefined ? {} : { email }),
      attributes: {
        ...thin.attributes,
        ...(fullName === undefined ? {} : { full_name: fullName }),
      },
      answers: data.map((each) => ({ key: scalarText(member(each, 'name')) ?? '', value: 'x' })),
      ...(member(answer, 'is_test') === true ? { suppression: 'test_lead' as const } : {}),
    };
    return { kind: 'read', submissions: [submission] };
  },
};

/** Binds the sender whose webhooks only name a submission, whatever the source's configuration. */
export function bindThin(
  overrides: Partial<DetailsApi<SourceConfig>> = {},
): (source: SourceConfig) => BoundProvider {
  return (source) => ({
    authentication: { kind: 'url_token' },
    hasSecret: false,
    provesSender: false,
    answers: {},
    accepts: () => true,
    verify: () => ({ kind: 'verified', secretUsed: 'current' }),
    read: async ({ body }) => readThin(body),
    redact: (body) => body,
    detailsApi: bindDetails({ ...THIN_API, ...overrides }, source),
  });
}

/** A body that names submissions: `{"leads": ["1", "2"]}`. */
function readThin(body: Uint8Array): Reading {
  const parsed = parseJson(body);
  const leads = parsed.kind === 'parsed' ? member(parsed.value, 'leads') : undefined;
  if (!isArray(leads)) return { kind: 'unreadable', failure: failure('unknown_shape') };
  return {
    kind: 'read',
    submissions: leads.map((id) => aThinSubmission({ sourceEventId: scalarText(id) ?? '' })),
  };
}
