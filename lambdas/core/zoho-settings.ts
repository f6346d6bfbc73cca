import * as z from 'zod/mini';
import { ATTRIBUTE_NAMES, isCustomField } from './lead-event.ts';
import { didYouMean } from './nearest-name.ts';
import { savedMetadataSchema } from './saved-metadata.ts';
import { wholeNumber } from './setting.ts';

const httpsUrl = z
  .string()
  .check(
    z.regex(
      /^(https:\/\/[a-z0-9.-]+(:\d{1,5})?|http:\/\/(127\.0\.0\.1|localhost)(:\d{1,5})?)$/,
      'must be an https origin without a path (http on loopback only)',
    ),
  );
const apiName = z
  .string()
  .check(
    z.regex(/^[A-Za-z][A-Za-z0-9_]{0,99}$/, 'must be a Zoho API name, for example "Last_Name"'),
  );

/** Zoho fields that every organisation has, and which canonical field fills them. */
const COMMON_FIELDS = {
  first_name: 'First_Name',
  last_name: 'Last_Name',
  email: 'Email',
  phone: 'Phone',
  message: 'Description',
  lead_source: 'Lead_Source',
} as const;

/**
 * Contacts name some fields otherwise, and have no field of their own for a company's name or website:
 * those go into the description. Unconfirmed: their API names were not read in Zoho's own pages.
 */
const FIELDS_BY_MODULE = {
  Leads: {
    ...COMMON_FIELDS,
    company: 'Company',
    job_title: 'Designation',
    website: 'Website',
    street: 'Street',
    city: 'City',
    region: 'State',
    postal_code: 'Zip_Code',
    country: 'Country',
  },
  Contacts: {
    ...COMMON_FIELDS,
    company: 'Description',
    job_title: 'Title',
    website: 'Description',
    street: 'Mailing_Street',
    city: 'Mailing_City',
    region: 'Mailing_State',
    postal_code: 'Mailing_Zip',
    country: 'Mailing_Country',
  },
} as const;

/** What a merged lead can hold, and so what a Zoho field can be filled from. */
const MERGED_FIELDS: readonly string[] = [...ATTRIBUTE_NAMES, 'email', 'phone', 'lead_source'];
/** The name of a merged value. */
export const mergedField = z.string().check(
  z.refine((name) => MERGED_FIELDS.includes(name) || isCustomField(name), {
    error: ({ input }) =>
      `must be one of the canonical fields${didYouMean(input, MERGED_FIELDS)}: email, first_name, company, lead_source or another one that docs/mapping.md lists, or custom_<name>`,
  }),
);

const zohoSettings = z.strictObject({
  /** Where tokens come from. Depends on the data centre: accounts.zoho.eu, accounts.zoho.in, … */
  accountsUrl: z._default(httpsUrl, 'https://accounts.zoho.com'),
  /** Where records are written: www.zohoapis.com, www.zohoapis.eu, sandbox.zohoapis.com, … */
  apiUrl: z._default(httpsUrl, 'https://www.zohoapis.com'),
  module: z._default(z.enum(['Leads', 'Contacts']), 'Leads'),
  /**
   * - `unique_field`: the module has a unique custom field for the identity (recommended)
   * - `email_search`: it has none; records are found by e-mail address
   */
  match: z._default(z.enum(['unique_field', 'email_search']), 'unique_field'),
  keyField: z._default(apiName, 'Holdfast_Key'),
  versionField: z._default(apiName, 'Holdfast_Version'),
  /** Automations that a write starts. */
  trigger: z._default(
    z.array(z.enum(['workflow', 'approval', 'blueprint', 'pathfinder', 'orchestration'])),
    ['workflow'],
  ),
  /** Canonical field → Zoho API name. Entries are added to the built-in ones or replace them. */
  fields: z._default(z.record(mergedField, apiName), {}),
  /**
   * What becomes of a submission of somebody whose lead was turned into a contact, or whom Zoho knows as
   * a contact.
   *
   * - `quarantine`: it waits for a person
   * - `note`: it becomes a note on the contact
   */
  onConverted: z._default(z.enum(['quarantine', 'note']), 'quarantine'),
  /** Fills `Last_Name`, which Zoho requires, when a lead has no name and no company. */
  lastNameFallback: z._default(z.string().check(z.minLength(1), z.maxLength(80)), 'Unknown'),
  /** Fills `Company`, which most layouts require. */
  companyFallback: z._default(z.string().check(z.minLength(1), z.maxLength(100)), 'Unknown'),
  /**
   * Simultaneous calls that the edition allows: Free 5, Standard 10, Professional 15, Enterprise 20,
   * Ultimate 25 (Zoho CRM v8, API limits, read 2026-11-22).
   */
  editionConcurrency: z._default(wholeNumber(4, 25), 10),
  /**
   * The organisation's own fields, as `holdfast mapping check --save` wrote them: values are cut to these
   * lengths instead of the built-in ones. Any JSON goes in, since TypeScript does not know a file's values.
   */
  metadata: z.optional(z.pipe(z.unknown(), savedMetadataSchema)),
});

/** What is configured of the Zoho organisation. */
export const zohoSchema = zohoSettings.check(
  z.refine(({ metadata, module }) => metadata === undefined || metadata.module === module, {
    path: ['metadata', 'module'],
    error: 'must be the module of zoho.module; save the metadata again',
  }),
  // A value in either would make a record look like another person's, or older than it is.
  z.refine(
    ({ fields, keyField, versionField }) =>
      Object.values(fields).every((name) => name !== keyField && name !== versionField),
    {
      path: ['fields'],
      error: 'must not fill keyField or versionField: those are kept by Holdfast',
    },
  ),
);

/** The full canonical → Zoho mapping: the module's built-in one with the configured entries over it. */
export function zohoFieldMapping({
  zoho,
}: {
  readonly zoho: z.output<typeof zohoSchema>;
}): Readonly<Record<string, string>> {
  return { ...FIELDS_BY_MODULE[zoho.module], ...zoho.fields };
}
