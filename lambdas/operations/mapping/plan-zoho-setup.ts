import type { HoldfastConfig } from '../../core/config.ts';
import { zohoFieldMapping } from '../../core/zoho-settings.ts';
import { nearestName } from '../../core/nearest-name.ts';
import { checkMapping } from './check-mapping.ts';
import type { Finding } from './mapping-finding.ts';
import type { ModuleMetadata } from './module-metadata.ts';

/** Types that a mapped field can be created with: those that take text. */
export const NEW_FIELD_TYPES = ['text', 'textarea', 'email', 'phone', 'website'] as const;

/** One of `NEW_FIELD_TYPES`. */
export type NewFieldType = (typeof NEW_FIELD_TYPES)[number];

/** A custom field that Zoho lacks. */
export interface MissingField {
  readonly purpose: 'key' | 'version' | 'mapped';
  readonly apiName: string;
  /** From it Zoho makes the API name; none can be asked for. */
  readonly label: string;
  /** The canonical fields that fill it. */
  readonly filledFrom: string;
  /** What a mapped field is made, unless somebody says otherwise. */
  readonly type: NewFieldType;
  /** A field that is there and may be meant instead. */
  readonly near?: string;
}

/** What has to be done in Zoho before leads can be delivered with this configuration. */
export interface SetupPlan {
  readonly missing: readonly MissingField[];
  /** API names of custom and standard fields that are there, and right. */
  readonly right: readonly string[];
  /** What is there and wrong. It is never changed: records may depend on it. */
  readonly wrong: readonly Finding[];
  /** What is missing and can't be created. */
  readonly impossible: readonly { readonly apiName: string; readonly why: string }[];
}

/**
 * Compares the fields that the configuration needs with those that Zoho has.
 *
 * @see Zoho CRM v8, Create custom fields; Zoho CRM online help, API names (neither two underscores in a row
 *   nor one at the end): read 2026-11-22
 */
export function planZohoSetup(config: HoldfastConfig, metadata: ModuleMetadata): SetupPlan {
  const names = metadata.fields.map(({ apiName }) => apiName);
  const known = new Set(names);
  const own = new Set(Object.values(config.zoho.fields));
  const needed = neededFields(config);
  const wrong = checkMapping(config, metadata, () => 0).filter(
    ({ severity, code, field }) =>
      severity === 'error' && code !== 'unknown_field' && (field === '' || needed.has(field)),
  );
  const isWrong = new Set(wrong.map(({ field }) => field));

  const missing: MissingField[] = [];
  const impossible: { apiName: string; why: string }[] = [];
  for (const [apiName, { purpose, canonical }] of needed) {
    if (known.has(apiName)) continue;
    const why = whyNot(apiName, purpose === 'mapped' && !own.has(apiName));
    if (why !== undefined) {
      impossible.push({ apiName, why });
      continue;
    }
    const near = nearestName(apiName, names);
    missing.push({
      purpose,
      apiName,
      label: apiName.replaceAll('_', ' '),
      filledFrom: canonical.join(', '),
      type: canonical.includes('message') ? 'textarea' : 'text',
      ...(near === undefined ? {} : { near }),
    });
  }
  const right = [...needed.keys()].filter((name) => known.has(name) && !isWrong.has(name));
  return { missing, right, wrong, impossible };
}

interface Need {
  readonly purpose: MissingField['purpose'];
  readonly canonical: readonly string[];
}

function neededFields(config: HoldfastConfig): ReadonlyMap<string, Need> {
  const { match, keyField, versionField } = config.zoho;
  const needs = new Map<string, Need>();
  if (match === 'unique_field') {
    needs.set(keyField, { purpose: 'key', canonical: [] });
    needs.set(versionField, { purpose: 'version', canonical: [] });
  }
  for (const [canonical, apiName] of Object.entries(zohoFieldMapping(config))) {
    const need = needs.get(apiName) ?? { purpose: 'mapped', canonical: [] };
    needs.set(apiName, { ...need, canonical: [...need.canonical, canonical] });
  }
  return needs;
}

function whyNot(apiName: string, isStandard: boolean): string | undefined {
  if (isStandard) {
    return 'It is a standard field, and this organisation lacks it or hides it from this user: map what fills it to another field (zoho.fields), or show it to the profile.';
  }
  return /__|_$/.test(apiName)
    ? 'Zoho makes API names from labels, and never one with two underscores in a row or one at the end: choose another name in the configuration.'
    : undefined;
}
