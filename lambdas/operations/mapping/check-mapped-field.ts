import type { HoldfastConfig } from '../../core/config.ts';
import { nearestName } from '../../core/nearest-name.ts';
import { type Finding, finding } from './mapping-finding.ts';
import type { FieldMetadata } from './module-metadata.ts';

/** The longest text that delivery sends to a field of Zoho's, filled from a canonical field; 0: none. */
export type LengthSent = (apiName: string, canonical: string) => number;

/** One entry of the mapping, and what Zoho says of its target. */
export interface MappedField {
  readonly canonical: string;
  readonly apiName: string;
  /** `undefined`: Zoho has no such field. */
  readonly field: FieldMetadata | undefined;
  /** Of all fields that Zoho has. */
  readonly names: readonly string[];
  readonly config: HoldfastConfig;
  readonly lengthSent: LengthSent;
}

/** Types that take a text as a person writes it (Zoho CRM v8, Fields metadata, read 2026-11-22). */
const TEXT_TYPES: ReadonlySet<string> = new Set(['text', 'textarea', 'picklist']);

/** Types that take a text of one form, and the canonical fields that have it. */
const FORMS: ReadonlyMap<string, { readonly form: string; readonly fits: RegExp }> = new Map([
  ['email', { form: 'e-mail addresses', fits: /^email(?:_raw)?$/ }],
  ['phone', { form: 'phone numbers', fits: /^phone(?:_raw)?$/ }],
  ['website', { form: 'web addresses', fits: /^(?:website|page_url|referrer)$/ }],
]);

/** What a lead can hold of a field: a message, or any other (see `lambdas/core/contribution.ts`). */
const MESSAGE_LENGTH_MAX = 32_000;
const VALUE_LENGTH_MAX = 1_000;
/** Of standard forms: an e-mail address, a phone number. */
const LENGTHS: Readonly<Record<string, number>> = {
  message: MESSAGE_LENGTH_MAX,
  email: 100,
  phone: 30,
};

/** Shorter than that, a custom field is likely to cut what people write. */
const SHORT_LENGTH = 60;

/** Checks one entry of the mapping. */
export function checkMappedField(mapped: MappedField): readonly Finding[] {
  const { canonical, apiName, field, names } = mapped;
  const about = { field: apiName, filledFrom: canonical };
  if (field === undefined) {
    const near = nearestName(apiName, names);
    const meant = near === undefined ? '' : `Did you mean ${near}? `;
    return [
      finding(
        'unknown_field',
        about,
        `Zoho has no field "${apiName}" here; it may refuse each lead that has a value for it.`,
        `${meant}Correct zoho.fields, or create the field ("holdfast zoho setup").`,
      ),
    ];
  }
  return [
    ...(field.readOnly
      ? [
          finding(
            'read_only',
            about,
            'Zoho does not let this user write the field: it is read-only or hidden.',
            'Map it to another field, or give the profile of the user the right to write it.',
          ),
        ]
      : []),
    ...checkType(field, about),
    ...checkLength(field, mapped),
    ...checkPickList(field, mapped),
  ];
}

interface About {
  readonly field: string;
  readonly filledFrom: string;
}

function checkType(field: FieldMetadata, about: About): readonly Finding[] {
  if (TEXT_TYPES.has(field.dataType)) return [];
  const limited = FORMS.get(field.dataType);
  if (limited === undefined) {
    return [
      finding(
        'wrong_type',
        about,
        `The field is of type ${field.dataType}, and what is sent is text: Zoho refuses the lead, or, with zoho.metadata, the value goes into the description.`,
        'Map it to a field of type text (single line), text area or picklist.',
      ),
    ];
  }
  if (limited.fits.test(about.filledFrom)) return [];
  return [
    finding(
      'narrow_type',
      about,
      `The field takes ${limited.form} only; any other value is refused or goes into the description.`,
      'Map it to a single-line text unless the form asks for just that.',
    ),
  ];
}

function checkLength(
  { length, custom, dataType }: FieldMetadata,
  { canonical, apiName, config, lengthSent }: MappedField,
): readonly Finding[] {
  if (length === undefined || (!TEXT_TYPES.has(dataType) && !FORMS.has(dataType))) return [];
  const about = { field: apiName, filledFrom: canonical };
  const longest = longestValue(canonical, config);
  if (Math.min(longest, lengthSent(apiName, canonical)) > length) {
    return [
      finding(
        'value_refused',
        about,
        `The field holds ${length} characters, and Holdfast does not know: Zoho refuses a lead with a longer value whole.`,
        'Save the metadata (--save) and name the file in zoho.metadata: then longer values are cut.',
      ),
    ];
  }
  return custom && length < Math.min(longest, SHORT_LENGTH)
    ? [
        finding(
          'value_cut',
          about,
          `The field holds ${length} characters: longer values are cut there, and are whole in the description.`,
          'Make the field longer in Zoho if that happens often.',
        ),
      ]
    : [];
}

function longestValue(canonical: string, config: HoldfastConfig): number {
  if (canonical !== 'lead_source') return LENGTHS[canonical] ?? VALUE_LENGTH_MAX;
  return Math.max(...labelsOf(config).map(({ label }) => label.length));
}

function checkPickList(
  { dataType, pickListValues }: FieldMetadata,
  { canonical, apiName, config }: MappedField,
): readonly Finding[] {
  if (dataType !== 'picklist') return [];
  const about = { field: apiName, filledFrom: canonical };
  if (canonical !== 'lead_source') {
    return [
      finding(
        'picklist_free_text',
        about,
        `The field is a list of ${pickListValues.length} values, and people write what they like.`,
        'Offer the same values in the form, or map it to a single-line text.',
      ),
    ];
  }
  const known = new Set(pickListValues);
  return labelsOf(config)
    .filter(({ label }) => !known.has(label))
    .map(({ source, label }) => ({
      ...finding(
        'picklist_value',
        about,
        `"${label}" (source ${source}) is not among the values. Zoho says that it takes new ones; its lists and reports may lack them.`,
        `Add it to the list in Zoho, or set sources.${source}.label to one of the values.`,
      ),
      together: { item: `"${label}" (${source})`, ...LABELS_TOGETHER },
    }));
}

const LABELS_TOGETHER = {
  message:
    'The labels of these sources are not among the values: {items}. Zoho says that it takes new ones; its lists and reports may lack them.',
  remedy:
    'Add them to the list in Zoho, or set each label (sources.<name>.label) to one of the values.',
};

/** What each source's leads have as their lead source. */
function labelsOf(config: HoldfastConfig): readonly { source: string; label: string }[] {
  return Object.entries(config.sources).map(([source, { label = source }]) => ({ source, label }));
}
