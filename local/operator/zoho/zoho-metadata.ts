import * as z from 'zod/mini';
import type {
  FieldMetadata,
  ModuleMetadata,
} from '../../../lambdas/operations/mapping/module-metadata.ts';
import type { HttpAnswer } from '../../../lambdas/zoho/http.ts';
import { type CallReading, refusalOf } from '../../../lambdas/zoho/request-outcome.ts';
import type { ZohoSession } from '../../../lambdas/zoho/zoho-api.ts';
import { type OpenZoho, zohoRefused } from './open-zoho.ts';

const flag = (otherwise: boolean) => z.catch(z.boolean(), otherwise);

// What is not of the expected type counts as Zoho's usual value: no check may fail for a detail.
const fieldsSchema = z.object({
  fields: z.array(
    z.object({
      api_name: z.string().check(z.minLength(1)),
      field_label: z.catch(z.string(), ''),
      data_type: z.string(),
      length: z.catch(z.optional(z.number().check(z.int(), z.gte(1))), undefined),
      read_only: flag(false),
      visible: flag(true),
      custom_field: flag(false),
      system_mandatory: flag(false),
      operation_type: z.catch(z.object({ api_create: flag(true), api_update: flag(true) }), {
        api_create: true,
        api_update: true,
      }),
      // `{}` where the field is not unique, else `{"case_sensitive": false}`.
      unique: z.catch(z.record(z.string(), z.unknown()), {}),
      external: z.catch(z.nullable(z.object({ type: z.enum(['org', 'user']) })), null),
      pick_list_values: z.catch(
        z.array(z.object({ actual_value: z.string(), type: z.catch(z.string(), 'used') })),
        [],
      ),
    }),
  ),
});

const layoutsSchema = z.object({
  layouts: z.array(
    z.object({
      status: z.catch(z.string(), 'active'),
      sections: z.catch(
        z.array(
          z.object({
            fields: z.catch(z.array(z.object({ api_name: z.string(), required: flag(false) })), []),
          }),
        ),
        [],
      ),
    }),
  ),
});

/**
 * Reads what Zoho says of a module's fields, with one call for the fields and one for the layouts.
 *
 * A token that may not read layouts is no obstacle: then only Zoho's own mandatory fields are known.
 *
 * @param takenAt ISO 8601
 * @see Zoho CRM v8, Fields metadata; Layouts metadata: read 2026-11-22. The fields do not tell what a layout
 *   requires. `field_read_only` is not heeded: Zoho's own sample shows it with fields that can be written.
 */
export async function readModuleMetadata(
  session: ZohoSession,
  module: string,
  takenAt: string,
): Promise<CallReading<ModuleMetadata>> {
  const query = `module=${encodeURIComponent(module)}`;
  const fields = await session.send(
    { method: 'GET', path: `settings/fields?${query}`, effect: 'read', rows: 0 },
    (answer) => parsed(answer, fieldsSchema),
  );
  if (fields.kind === 'refused') return fields;
  const layouts = await session.send(
    { method: 'GET', path: `settings/layouts?${query}`, effect: 'read', rows: 0 },
    (answer) => parsed(answer, layoutsSchema),
  );
  if (layouts.kind === 'refused' && layouts.refusal.failure.code !== 'crm_forbidden')
    return layouts;

  const required =
    layouts.kind === 'read' ? requiredFields(layouts.value.layouts) : new Set<string>();
  return {
    kind: 'read',
    value: {
      module,
      takenAt,
      layoutsRead: layouts.kind === 'read',
      fields: fields.value.fields.map((field) => fieldMetadata(field, required)),
    },
  };
}

type ZohoField = z.output<typeof fieldsSchema>['fields'][number];
type ZohoLayout = z.output<typeof layoutsSchema>['layouts'][number];

function fieldMetadata(field: ZohoField, required: ReadonlySet<string>): FieldMetadata {
  const { api_name: apiName, operation_type: may, length, external } = field;
  const layout = required.has(apiName) ? 'layout' : undefined;
  const mandatory = field.system_mandatory ? 'system' : layout;
  return {
    apiName,
    label: field.field_label === '' ? apiName : field.field_label,
    dataType: field.data_type,
    ...(length === undefined ? {} : { length }),
    readOnly: field.read_only || !field.visible || !may.api_create || !may.api_update,
    unique: Object.keys(field.unique).length > 0,
    ...(external === null ? {} : { external: external.type }),
    ...(mandatory === undefined ? {} : { mandatory }),
    custom: field.custom_field,
    pickListValues: field.pick_list_values
      .filter(({ type }) => type === 'used')
      .map((value) => value.actual_value),
  };
}

/** What any layout that is in use asks for: it is not known which one a lead's owner sees. */
function requiredFields(layouts: readonly ZohoLayout[]): ReadonlySet<string> {
  const names = layouts
    .filter(({ status }) => status === 'active')
    .flatMap(({ sections }) => sections.flatMap(({ fields }) => fields))
    .filter(({ required }) => required)
    .map(({ api_name: apiName }) => apiName);
  return new Set(names);
}

function parsed<Schema extends z.ZodMiniType>(
  answer: HttpAnswer,
  schema: Schema,
): CallReading<z.output<Schema>> {
  const result =
    answer.status === 200 && answer.body.kind === 'json'
      ? schema.safeParse(answer.body.value)
      : undefined;
  return result?.success === true
    ? { kind: 'read', value: result.data }
    : { kind: 'refused', refusal: refusalOf(answer, 0) };
}

/**
 * The fields of a module as the Zoho of a target has them now.
 *
 * @throws {OperatorError} Zoho refused
 */
export async function metadataOf(zoho: OpenZoho, module: string): Promise<ModuleMetadata> {
  const reading = await zoho.work(
    async (session) => await readModuleMetadata(session, module, zoho.nowIso()),
  );
  if (reading.kind === 'read') return reading.value;
  throw zohoRefused(reading.refusal, 'ZohoCRM.settings.fields.READ');
}
