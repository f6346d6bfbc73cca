import type { HoldfastConfig } from '../core/config.ts';
import { zohoFieldMapping } from '../core/zoho-settings.ts';
import { createFieldLimits, type FieldLimits } from './field-limits.ts';
import { clamp, cutWithMark, fitValue } from './field-value.ts';

/** Fields of one record by API name. No field is empty: an empty one could clear what the CRM holds. */
export type ZohoFields = Readonly<Record<string, string>>;

type Values = Readonly<Record<string, string>>;

/** Turns an identity's merged values into fields of the configured module. */
export interface FieldMapper {
  /** Everything, with what Zoho requires of a record that may be new. */
  forNewRecord(values: Values): ZohoFields;
  /** Everything, for a record that exists: nothing is made up that a person may have set right. */
  forKnownRecord(values: Values): ZohoFields;
  /** Only the fields that `changed` touches. */
  forChanges(values: Values, changed: readonly string[]): ZohoFields;
}

const NOTE_LENGTH_MAX = 1_000;
const NOTES_LENGTH_MAX = 10_000;
/** Of a short field, notes leave most of the room to the message. */
const NOTES_PART_MAX = 1 / 3;

const DESCRIPTION = 'Description';

/** Builds the mapper for the configured module and mapping. */
export function createFieldMapper(config: HoldfastConfig): FieldMapper {
  const mapping = zohoFieldMapping(config);
  const limits = createFieldLimits(config.zoho.metadata);
  const compose = (values: Values): Composed => composeFields(mapping, limits, values);

  return {
    forKnownRecord: (values) => compose(values).fields,
    forNewRecord: (values) => {
      const { fields } = compose(values);
      const { module, lastNameFallback, companyFallback } = config.zoho;
      const fit = (apiName: string, text: string): string | undefined =>
        fitValue(text, limits(apiName, '')).value;
      const company = fields['Company'];
      const lastName =
        fields['Last_Name'] ??
        fit('Last_Name', company ?? '') ??
        fit('Last_Name', lastNameFallback);
      return {
        ...fields,
        Last_Name: lastName ?? lastNameFallback,
        ...(module === 'Leads'
          ? { Company: company ?? fit('Company', companyFallback) ?? companyFallback }
          : {}),
      };
    },
    forChanges: (values, changed) => {
      const { fields, sources } = compose(values);
      const touched = Object.entries(fields).filter(([apiName]) =>
        sources.get(apiName)?.some((canonical) => changed.includes(canonical)),
      );
      return Object.fromEntries(touched);
    },
  };
}

interface Composed {
  readonly fields: ZohoFields;
  /** Canonical fields that had a part in each field. */
  readonly sources: ReadonlyMap<string, readonly string[]>;
}

/**
 * Fills the fields. A value that its field can't hold is added to the description, which therefore
 * always depends on all of them. Where several canonical fields have one target, the first that is
 * filled wins; in the description each gets a line.
 */
function composeFields(
  mapping: Readonly<Record<string, string>>,
  limits: FieldLimits,
  values: Values,
): Composed {
  const notesField = notesFieldOf(mapping, limits);
  const fields = new Map<string, string>();
  const sources = new Map<string, string[]>();
  const notes: string[] = [];
  const note = (canonical: string, label: string, text: string): void => {
    notes.push(`${label}: ${clamp(text, NOTE_LENGTH_MAX)}`);
    sources.set(notesField, [...(sources.get(notesField) ?? []), canonical]);
  };

  for (const [canonical, apiName] of Object.entries(mapping)) {
    const raw = Object.hasOwn(values, canonical) ? values[canonical] : undefined;
    if (raw === undefined) continue;
    const fitted = fitValue(raw, limits(apiName, canonical));
    if (apiName === notesField && canonical !== 'message') {
      if (fitted.value !== undefined) note(canonical, canonical, fitted.value);
    } else if (!fields.has(apiName)) {
      if (fitted.value !== undefined) {
        fields.set(apiName, fitted.value);
        sources.set(apiName, [...(sources.get(apiName) ?? []), canonical]);
      }
      if (fitted.rest !== undefined) note(canonical, `${apiName}, as submitted`, fitted.rest);
    }
  }

  const { lengthMax } = limits(notesField, 'message');
  const description = describe(fields.get(notesField), notes, lengthMax);
  if (description !== '') fields.set(notesField, description);
  return { fields: Object.fromEntries(fields), sources };
}

/** Where notes go: to the message if it has a field for long texts, else to the description. */
function notesFieldOf(mapping: Readonly<Record<string, string>>, limits: FieldLimits): string {
  const messageField = mapping['message'] ?? DESCRIPTION;
  return limits(messageField, 'message').kind === 'text' ? messageField : DESCRIPTION;
}

/** The message, then what found no place elsewhere: the message is what is cut when both are long. */
function describe(
  message: string | undefined,
  notes: readonly string[],
  lengthMax: number,
): string {
  const notesMax = message === undefined ? lengthMax : Math.floor(lengthMax * NOTES_PART_MAX);
  const appendix = clamp(notes.join('\n'), Math.min(NOTES_LENGTH_MAX, notesMax));
  if (message === undefined) return appendix;
  const room = appendix === '' ? lengthMax : lengthMax - appendix.length - '\n\n'.length;
  const body = cutWithMark(message, room);
  return appendix === '' ? body : `${body}\n\n${appendix}`;
}
