import type {
  MissingField,
  NewFieldType,
} from '../../../lambdas/operations/mapping/plan-zoho-setup.ts';
import { safeCode } from '../../../lambdas/zoho/failure-of-code.ts';
import type { HttpAnswer } from '../../../lambdas/zoho/http.ts';
import {
  type CallReading,
  type Refusal,
  refusalOf,
} from '../../../lambdas/zoho/request-outcome.ts';
import type { ZohoSession } from '../../../lambdas/zoho/zoho-api.ts';
import { parseZohoStatus, type ZohoStatus } from '../../../lambdas/zoho/zoho-status.ts';

/** What became of one field. */
export type CreateOutcome =
  | { readonly kind: 'created'; readonly field: MissingField; readonly externalByHand: boolean }
  | { readonly kind: 'refused'; readonly field: MissingField; readonly why: string };

/** What became of all of them: when a whole call was refused, `refusal` says why, and the rest was not tried. */
export interface CreateResult {
  readonly outcomes: readonly CreateOutcome[];
  readonly refusal?: Refusal;
}

/** Fields of one call (Zoho CRM v8, Create custom fields, read 2026-11-22). */
const FIELDS_PER_CALL = 5;

/**
 * Lengths: the longest text; a text area of 32,000 characters, which is what a message may have; of the others,
 * the longest (Zoho CRM v8, Create custom fields, read 2026-11-22).
 */
const LENGTHS: Readonly<Record<NewFieldType, number>> = {
  text: 255,
  textarea: 32_000,
  email: 100,
  phone: 30,
  website: 450,
};
const NUMBER_DIGITS = 9;

/**
 * Creates custom fields, five a call.
 *
 * That one field can be created unique and external at once is not confirmed: where Zoho objects to the
 * external part, the field is created without it.
 */
export async function createZohoFields(
  session: ZohoSession,
  module: string,
  fields: readonly MissingField[],
): Promise<CreateResult> {
  const outcomes: CreateOutcome[] = [];
  for (let at = 0; at < fields.length; at += FIELDS_PER_CALL) {
    const chunk = fields.slice(at, at + FIELDS_PER_CALL);
    const bodies = chunk.map((field) => bodyOf(field, true));
    const reading = await send(session, module, bodies);
    if (reading.kind === 'refused') return { outcomes, refusal: reading.refusal };
    for (const [index, field] of chunk.entries()) {
      const status = reading.value[index];
      if (status === undefined) continue;
      if (!objectsToExternal(status)) {
        outcomes.push(outcomeOf(field, status, false));
        continue;
      }
      const again = await send(session, module, [bodyOf(field, false)]);
      if (again.kind === 'refused') return { outcomes, refusal: again.refusal };
      const [second] = again.value;
      if (second !== undefined) outcomes.push(outcomeOf(field, second, true));
    }
  }
  return { outcomes };
}

/** Length and kind of a new field, for a person. */
export function describeNewField({ purpose, type }: MissingField): string {
  switch (purpose) {
    case 'key':
      return `text, ${LENGTHS.text} characters, unique, external field of the organisation`;
    case 'version':
      return 'number';
    case 'mapped':
      return `${type}, ${LENGTHS[type]} characters`;
  }
}

function bodyOf({ purpose, label, type }: MissingField, external: boolean): object {
  const name = { field_label: label };
  switch (purpose) {
    case 'key':
      return {
        ...name,
        data_type: 'text',
        length: LENGTHS.text,
        unique: { case_sensitive: false },
        ...(external ? { external: { type: 'org', show: false } } : {}),
      };
    case 'version':
      return { ...name, data_type: 'integer', length: NUMBER_DIGITS };
    case 'mapped':
      return { ...name, data_type: type, length: LENGTHS[type] };
  }
}

async function send(
  session: ZohoSession,
  module: string,
  fields: readonly object[],
): Promise<CallReading<readonly ZohoStatus[]>> {
  return await session.send(
    {
      method: 'POST',
      path: `settings/fields?module=${encodeURIComponent(module)}`,
      body: { fields },
      effect: 'write',
      rows: fields.length,
    },
    (answer) => readStatuses(answer, fields.length),
  );
}

/** One status a field, with 201, 207 and 400 alike (Zoho CRM v8, Create custom fields, read 2026-11-22). */
function readStatuses(answer: HttpAnswer, sent: number): CallReading<readonly ZohoStatus[]> {
  const body = answer.body.kind === 'json' ? answer.body.value : undefined;
  const isPlain = typeof body === 'object' && body !== null && 'fields' in body;
  const rows: readonly unknown[] = isPlain && Array.isArray(body.fields) ? body.fields : [];
  const statuses = rows.map((row) => parseZohoStatus(row)).filter((row) => row !== undefined);
  return statuses.length === sent
    ? { kind: 'read', value: statuses }
    : { kind: 'refused', refusal: refusalOf(answer, 0) };
}

function objectsToExternal({ status, details }: ZohoStatus): boolean {
  const { api_name: apiName, json_path: path = '' } = details;
  return status === 'error' && (apiName === 'external' || path.includes('.external'));
}

function outcomeOf(
  field: MissingField,
  { status, code, details }: ZohoStatus,
  externalByHand: boolean,
): CreateOutcome {
  if (status === 'success') return { kind: 'created', field, externalByHand };
  const member = details.json_path?.replace(/^\$\.fields\[\d+\]\.?/, '') ?? details.api_name ?? '';
  const where = /^[a-z_.]{1,60}$/.test(member) ? `, because of ${member}` : '';
  const hint = HINTS.get(code);
  const why = `Zoho refused it: ${safeCode(code)}${where}.`;
  return { kind: 'refused', field, why: hint === undefined ? why : `${why} ${hint}` };
}

const HINTS: ReadonlyMap<string, string> = new Map([
  [
    'DUPLICATE_DATA',
    'A field of this label is there, under another API name: see Zoho, Setup → Developer Hub → APIs & SDKs → API Names, and name that one in the configuration.',
  ],
  [
    'LIMIT_EXCEEDED',
    "The module has as many fields of the kind as the edition allows; of unique ones, two. Free one, or set zoho.match: 'email_search', which needs no unique field.",
  ],
  ['FIELD_LIMIT_EXCEEDED', 'The module has as many fields of the kind as the edition allows.'],
  ['NO_PERMISSION', 'The profile of the user needs the right to customize Zoho CRM.'],
]);
