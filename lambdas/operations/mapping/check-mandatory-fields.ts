import type { HoldfastConfig } from '../../core/config.ts';
import { zohoFieldMapping } from '../../core/zoho-settings.ts';
import { type Finding, finding } from './mapping-finding.ts';
import type { FieldMetadata, ModuleMetadata } from './module-metadata.ts';

/** Zoho fills these itself, or they are never empty (Zoho CRM v8, Fields metadata, read 2026-11-22). */
const FILLED_TYPES: ReadonlySet<string> = new Set([
  'ownerlookup',
  'boolean',
  'autonumber',
  'formula',
  'rollup_summary',
]);

/**
 * Checks that each mandatory field is filled.
 *
 * Zoho's pages say that a layout is enforced only for a record that names one, and Holdfast names none;
 * nobody has confirmed it. So what a layout requires is reported all the same.
 *
 * @see Zoho CRM v8, Upsert records; Layouts metadata: read 2026-11-22
 */
export function checkMandatoryFields(
  config: HoldfastConfig,
  metadata: ModuleMetadata,
): readonly Finding[] {
  const always = alwaysFilled(config);
  const mapped = Map.groupBy(Object.entries(zohoFieldMapping(config)), ([, apiName]) => apiName);
  const unfilled = metadata.fields
    .filter((field) => isAskedFor(field) && !always.has(field.apiName))
    .map((field) =>
      describe(
        field,
        mapped.get(field.apiName)?.map(([canonical]) => canonical),
      ),
    );
  if (metadata.layoutsRead) return unfilled;
  const message = 'The layouts were not read, so it is not known which fields they require.';
  const remedy =
    'Make a refresh token with the scope ZohoCRM.settings.layouts.READ, too (docs/deploy.md).';
  return [...unfilled, finding('layouts_not_read', {}, message, remedy)];
}

function isAskedFor({ mandatory, readOnly, dataType }: FieldMetadata): boolean {
  return mandatory !== undefined && !readOnly && !FILLED_TYPES.has(dataType);
}

/** API names that every new lead has: of Holdfast's making, and those for which each source has a default. */
function alwaysFilled({ zoho, sources }: HoldfastConfig): ReadonlySet<string> {
  const hasDefault = (canonical: string): boolean =>
    Object.values(sources).every(({ defaults }) => Object.hasOwn(defaults, canonical));
  return new Set([
    'Last_Name',
    ...(zoho.module === 'Leads' ? ['Company'] : []),
    ...(zoho.match === 'unique_field' ? [zoho.keyField, zoho.versionField] : []),
    ...Object.entries(zohoFieldMapping({ zoho }))
      .filter(([canonical]) => canonical === 'lead_source' || hasDefault(canonical))
      .map(([, apiName]) => apiName),
  ]);
}

function describe(
  { apiName, label, mandatory }: FieldMetadata,
  canonical: readonly string[] | undefined,
): Finding {
  const who = mandatory === 'system' ? 'Zoho' : 'A layout';
  const doubt =
    mandatory === 'system'
      ? ''
      : ' (its pages say that layouts do not bind such leads; nobody has confirmed it)';
  if (canonical === undefined) {
    return finding(
      'mandatory_unfilled',
      { field: apiName },
      `${who} requires "${label}", and nothing fills it: Zoho may refuse every new lead${doubt}.`,
      'Make the field optional in Zoho, or map something to it that every lead has.',
    );
  }
  return finding(
    'mandatory_sometimes_empty',
    { field: apiName, filledFrom: canonical.join(', ') },
    `${who} requires "${label}": Zoho may refuse a new lead that has no value for it${doubt}.`,
    'Make the field optional in Zoho, or mandatory in every form.',
  );
}
