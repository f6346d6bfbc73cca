import { describe, expect, it } from 'vitest';
import { failure } from '../../../../../lambdas/core/failure.ts';
import type { MissingField } from '../../../../../lambdas/operations/mapping/plan-zoho-setup.ts';
import type { HttpAnswer } from '../../../../../lambdas/zoho/http.ts';
import type { ZohoCall, ZohoSession } from '../../../../../lambdas/zoho/zoho-api.ts';
import { createZohoFields } from '../../../../../local/operator/zoho/create-zoho-fields.ts';
import { zohoRefused } from '../../../../../local/operator/zoho/open-zoho.ts';
import { describeOutcomes } from '../../../../../local/operator/zoho/setup-text.ts';
import { readModuleMetadata } from '../../../../../local/operator/zoho/zoho-metadata.ts';

const NOW = '2026-11-22T12:00:00.000Z';

/** A session that gives these answers in turn. */
function aSession(...answers: readonly { status: number; body: unknown }[]) {
  const calls: ZohoCall[] = [];
  const session: ZohoSession = {
    send: async (call, read) => {
      const { status, body } = answers[calls.length] ?? { status: 500, body: {} };
      calls.push(call);
      const answer: HttpAnswer = { kind: 'answer', status, body: { kind: 'json', value: body } };
      return read(answer);
    },
    account: () => ({}),
  };
  return { session, calls };
}

const aZohoField = (fields: object = {}) => ({
  api_name: 'City',
  field_label: 'City',
  data_type: 'text',
  length: 100,
  read_only: false,
  visible: true,
  custom_field: false,
  system_mandatory: false,
  operation_type: { api_create: true, api_update: true, web_create: true, web_update: true },
  unique: {},
  external: null,
  pick_list_values: [],
  ...fields,
});

const ok = (body: unknown) => ({ status: 200, body });
const scopeMissing = {
  status: 401,
  body: {
    code: 'OAUTH_SCOPE_MISMATCH',
    details: {},
    message: 'invalid oauth scope to access this URL',
    status: 'error',
  },
};
const layouts = (...required: readonly string[]) =>
  ok({
    layouts: [
      {
        status: 'active',
        sections: [
          { fields: required.map((apiName) => ({ api_name: apiName, required: true })) },
          { fields: [{ api_name: 'Optional', required: false }] },
        ],
      },
    ],
  });

describe("Zoho's metadata", () => {
  const readField = async (fields: object, layout = layouts()) => {
    const { session } = aSession(ok({ fields: [aZohoField(fields)] }), layout);
    const reading = await readModuleMetadata(session, 'Leads', NOW);
    return reading.kind === 'read' ? reading.value.fields[0] : undefined;
  };

  it('become fields of ours', async () => {
    const { session, calls } = aSession(ok({ fields: [aZohoField()] }), layouts());

    const reading = await readModuleMetadata(session, 'Leads', NOW);

    expect(calls.map(({ path, effect }) => [path, effect])).toEqual([
      ['settings/fields?module=Leads', 'read'],
      ['settings/layouts?module=Leads', 'read'],
    ]);
    expect(reading).toEqual({
      kind: 'read',
      value: {
        module: 'Leads',
        takenAt: NOW,
        layoutsRead: true,
        fields: [
          {
            apiName: 'City',
            label: 'City',
            dataType: 'text',
            length: 100,
            readOnly: false,
            unique: false,
            custom: false,
            pickListValues: [],
          },
        ],
      },
    });
  });

  it.each([
    ['read-only', { read_only: true }],
    ['hidden', { visible: false }],
    ['not to be created with', { operation_type: { api_create: false, api_update: true } }],
    ['not to be updated', { operation_type: { api_create: true, api_update: false } }],
  ])('tell of a field that it may not be written when it is %s', async (_what, fields) => {
    expect(await readField(fields)).toMatchObject({ readOnly: true });
  });

  it('heed no field_read_only, which Zoho shows with fields that can be written', async () => {
    expect(await readField({ field_read_only: true })).toMatchObject({ readOnly: false });
  });

  it('tell of uniqueness, external fields, and values in use', async () => {
    const field = await readField({
      unique: { case_sensitive: false },
      external: { type: 'user', show: true },
      pick_list_values: [
        { display_value: 'Web', actual_value: 'web', type: 'used' },
        { display_value: 'Old', actual_value: 'old', type: 'unused' },
        { display_value: 'New', actual_value: 'new' },
      ],
    });

    expect(field).toMatchObject({
      unique: true,
      external: 'user',
      pickListValues: ['web', 'new'],
    });
  });

  it('tell who requires a value: Zoho, or a layout in use', async () => {
    const unused = ok({
      layouts: [
        { status: 'inactive', sections: [{ fields: [{ api_name: 'City', required: true }] }] },
      ],
    });

    expect(await readField({ system_mandatory: true }, layouts('City'))).toMatchObject({
      mandatory: 'system',
    });
    expect(await readField({}, layouts('City'))).toMatchObject({ mandatory: 'layout' });
    expect(await readField({}, unused)).not.toHaveProperty('mandatory');
    expect(await readField({}, layouts('Other'))).not.toHaveProperty('mandatory');
  });

  it('do without what is not of the expected type', async () => {
    const field = await readField({ length: 0, unique: null, external: 7, pick_list_values: null });

    expect(field).toMatchObject({ unique: false, pickListValues: [] });
    expect(field).not.toHaveProperty('length');
    expect(field).not.toHaveProperty('external');
  });

  it('come without layouts when the token may not read them', async () => {
    const { session } = aSession(ok({ fields: [aZohoField()] }), scopeMissing);

    const reading = await readModuleMetadata(session, 'Leads', NOW);

    expect(reading).toMatchObject({ kind: 'read', value: { layoutsRead: false } });
  });

  it('are not there when Zoho refuses the fields, or says something else', async () => {
    const forbidden = await readModuleMetadata(aSession(scopeMissing).session, 'Leads', NOW);
    const other = await readModuleMetadata(aSession(ok({ data: [] })).session, 'Leads', NOW);

    expect(forbidden.kind).toBe('refused');
    expect(other.kind).toBe('refused');
  });
});

const aMissing = (fields: Partial<MissingField> = {}): MissingField => ({
  purpose: 'mapped',
  apiName: 'Team_Name',
  label: 'Team Name',
  filledFrom: 'form_name',
  type: 'text',
  ...fields,
});
const KEY = aMissing({ purpose: 'key', apiName: 'Holdfast_Key', label: 'Holdfast Key' });
const VERSION = aMissing({
  purpose: 'version',
  apiName: 'Holdfast_Version',
  label: 'Holdfast Version',
});

const created = (count: number) => ({
  status: 201,
  body: {
    fields: Array.from({ length: count }, () => ({
      code: 'SUCCESS',
      details: { id: '1' },
      message: 'field created',
      status: 'success',
    })),
  },
});
const refusedField = (status: number, code: string, details: object) => ({
  status,
  body: { fields: [{ code, details, message: 'no', status: 'error' }] },
});

describe('creating fields', () => {
  it('asks Zoho for what each is for', async () => {
    const { session, calls } = aSession(created(3));

    const result = await createZohoFields(session, 'Leads', [
      KEY,
      VERSION,
      aMissing({ type: 'textarea' }),
    ]);

    expect(calls).toMatchObject([
      {
        method: 'POST',
        path: 'settings/fields?module=Leads',
        effect: 'write',
        body: {
          fields: [
            {
              field_label: 'Holdfast Key',
              data_type: 'text',
              length: 255,
              unique: { case_sensitive: false },
              external: { type: 'org' },
            },
            { field_label: 'Holdfast Version', data_type: 'integer' },
            { field_label: 'Team Name', data_type: 'textarea', length: 32_000 },
          ],
        },
      },
    ]);
    expect(result.outcomes.map(({ kind }) => kind)).toEqual(['created', 'created', 'created']);
  });

  it('takes five a call', async () => {
    const { session, calls } = aSession(created(5), created(2));
    const fields = Array.from({ length: 7 }, () => aMissing());

    const { outcomes } = await createZohoFields(session, 'Leads', fields);

    expect(calls.map(({ rows }) => rows)).toEqual([5, 2]);
    expect(outcomes).toHaveLength(7);
  });

  it('does without an external field where Zoho objects to that, and says so', async () => {
    const { session, calls } = aSession(
      refusedField(400, 'NOT_SUPPORTED', { json_path: '$.fields[0].external.type' }),
      created(1),
    );

    const result = await createZohoFields(session, 'Leads', [KEY]);

    expect(result.outcomes).toMatchObject([{ kind: 'created', externalByHand: true }]);
    expect(JSON.stringify(calls[1]?.body)).not.toContain('external');
    expect(JSON.stringify(calls[1]?.body)).toContain('case_sensitive');
    expect(describeOutcomes(result, new Set(), 'Leads').join('\n')).toContain('Set External Field');
  });

  it('says which member of a field Zoho objects to', async () => {
    const { session } = aSession(
      refusedField(400, 'INVALID_DATA', { json_path: '$.fields[0].data_type' }),
    );

    const { outcomes } = await createZohoFields(session, 'Leads', [aMissing()]);

    expect(outcomes).toMatchObject([
      { kind: 'refused', why: 'Zoho refused it: INVALID_DATA, because of data_type.' },
    ]);
  });

  it('stops where a call is refused whole, and keeps what was done before', async () => {
    const { session, calls } = aSession(created(5), scopeMissing);
    const fields = Array.from({ length: 12 }, () => aMissing());

    const { outcomes, refusal } = await createZohoFields(session, 'Leads', fields);

    expect(calls).toHaveLength(2);
    expect(outcomes).toHaveLength(5);
    expect(refusal?.failure.crmCode).toBe('OAUTH_SCOPE_MISMATCH');
  });

  it('tells of a field that Zoho has named otherwise', () => {
    const field = aMissing();
    const result = { outcomes: [{ kind: 'created' as const, field, externalByHand: false }] };

    const [line] = describeOutcomes(result, new Set(['Team_Name']), 'Leads');

    expect(line).toContain('another API name than Team_Name');
  });
});

describe('a refusal of Zoho', () => {
  const refusal = (more: object = {}) => ({
    failure: failure('crm_rate_limited'),
    mayHaveHappened: false,
    tokenRejected: false,
    rowUnknown: false,
    ...more,
  });

  it('of a scope names the scope, and where to get it', () => {
    const forbidden = failure('crm_forbidden', undefined, { code: 'OAUTH_SCOPE_MISMATCH' });

    const { message } = zohoRefused(refusal({ failure: forbidden }), 'ZohoCRM.some.SCOPE');

    expect(message).toContain('ZohoCRM.some.SCOPE');
    expect(message).toContain('docs/deploy.md');
  });

  it('for a while says how long', () => {
    const { message } = zohoRefused(refusal({ retryAfterMs: 90_000 }), 'ZohoCRM.some.SCOPE');

    expect(message).toContain('Try again in 2 minutes.');
    expect(message).not.toContain('ZohoCRM.some.SCOPE');
  });
});
