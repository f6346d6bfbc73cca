import type { HoldfastConfig } from '../../core/config.ts';
import { zohoFieldMapping } from '../../core/zoho-settings.ts';
import { checkHoldfastFields } from './check-holdfast-fields.ts';
import { checkMandatoryFields } from './check-mandatory-fields.ts';
import { checkMappedField, type LengthSent } from './check-mapped-field.ts';
import { checkSourceFields } from './check-source-fields.ts';
import { type Finding, type FindingSeverity, finding } from './mapping-finding.ts';
import type { FieldMetadata, ModuleMetadata } from './module-metadata.ts';

/**
 * Compares the configured mapping with what Zoho says of its fields.
 *
 * @param lengthSent what delivery cuts values to, with the configuration as it is
 * @returns what is wrong or worth knowing, the worst first; empty when all fits
 */
export function checkMapping(
  config: HoldfastConfig,
  metadata: ModuleMetadata,
  lengthSent: LengthSent,
): readonly Finding[] {
  const { zoho } = config;
  if (metadata.module !== zoho.module) {
    const message = `The metadata describe ${metadata.module}, and zoho.module is ${zoho.module}.`;
    return [finding('wrong_module', {}, message, 'Save the metadata again.')];
  }
  const mapping = Object.entries(zohoFieldMapping(config));
  const fields = new Map(metadata.fields.map((field) => [field.apiName, field]));
  const names = [...fields.keys()];
  return [
    ...mapping.flatMap(([canonical, apiName]) =>
      checkMappedField({
        canonical,
        apiName,
        field: fields.get(apiName),
        names,
        config,
        lengthSent,
      }),
    ),
    ...checkHoldfastFields(zoho, fields),
    ...checkMandatoryFields(config, metadata),
    ...checkSharedTargets(mapping),
    ...checkSavedMetadata(config, fields),
    ...checkSourceFields(config),
  ].toSorted((a, b) => GRAVITY[b.severity] - GRAVITY[a.severity]);
}

/** How many fields of Zoho's a check looks at, Holdfast's own among them. */
export function countCheckedFields(config: HoldfastConfig): number {
  const { match, keyField, versionField } = config.zoho;
  const own = match === 'unique_field' ? [keyField, versionField] : [];
  return new Set([...Object.values(zohoFieldMapping(config)), ...own]).size;
}

const GRAVITY: Readonly<Record<FindingSeverity, number>> = { error: 2, warning: 1, note: 0 };

/** Two canonical fields with one target: the description takes all, any other field only the first. */
function checkSharedTargets(mapping: readonly (readonly [string, string])[]): readonly Finding[] {
  const notesField = mapping.find(([canonical]) => canonical === 'message')?.[1];
  const byTarget = Map.groupBy(mapping, ([, apiName]) => apiName);
  return [...byTarget]
    .filter(([apiName, entries]) => entries.length > 1 && apiName !== notesField)
    .map(([apiName, entries]) => {
      const filledFrom = entries.map(([canonical]) => canonical).join(', ');
      const message = 'Of several values, the first that a lead has is sent; the others are not.';
      return finding('shared_target', { field: apiName, filledFrom }, message);
    });
}

/** What is saved in the configuration decides how values are cut: it has to be what Zoho says now. */
function checkSavedMetadata(
  config: HoldfastConfig,
  fields: ReadonlyMap<string, FieldMetadata>,
): readonly Finding[] {
  const saved = new Map(config.zoho.metadata?.fields.map((field) => [field.apiName, field]));
  const targets = new Set(Object.values(zohoFieldMapping(config)));
  return [...targets].flatMap((apiName) => {
    const then = saved.get(apiName);
    const now = fields.get(apiName);
    if (then === undefined || now === undefined) return [];
    if (then.dataType === now.dataType && then.length === now.length) return [];
    return [
      finding(
        'metadata_outdated',
        { field: apiName },
        `zoho.metadata has ${then.dataType} of ${then.length ?? '?'}, and Zoho says ${now.dataType} of ${now.length ?? '?'}.`,
        'Save the metadata again (--save), and deploy.',
      ),
    ];
  });
}
