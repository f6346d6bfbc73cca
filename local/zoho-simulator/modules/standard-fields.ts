import type { FieldDefinition } from './field-definition.ts';
import { field } from './field-definition.ts';

const LEAD_SOURCES = [
  'Advertisement',
  'Cold Call',
  'Employee Referral',
  'External Referral',
  'Online Store',
  'Partner',
  'Public Relations',
  'Seminar Partner',
  'Trade Show',
  'Web Download',
  'Web Research',
  'Chat',
];

/** Set by Zoho in each module. */
const SYSTEM_FIELDS: readonly FieldDefinition[] = [
  field('ownerlookup', 'Created_By', { readOnly: true }),
  field('ownerlookup', 'Modified_By', { readOnly: true }),
  field('datetime', 'Created_Time', { readOnly: true }),
  field('datetime', 'Modified_Time', { readOnly: true }),
];

/** The two fields that Holdfast asks an organisation to create. */
export const HOLDFAST_FIELDS: readonly FieldDefinition[] = [
  field('text', 'Holdfast_Key', { custom: true, external: true }),
  field('integer', 'Holdfast_Version', { custom: true }),
];

/**
 * Leads. Only `Last_Name` is mandatory for the API; `Company` is for the standard layout.
 *
 * @see Zoho CRM v8, Fields Metadata (sample of Leads), read 2026-11-22; lengths that it does not show
 * are assumptions
 */
export const LEAD_FIELDS: readonly FieldDefinition[] = [
  field('ownerlookup', 'Owner'),
  field('picklist', 'Salutation', { pickList: ['Mr.', 'Mrs.', 'Ms.', 'Dr.', 'Prof.'] }),
  field('text', 'First_Name', { length: 40 }),
  field('text', 'Last_Name', { length: 80, mandatory: true }),
  field('text', 'Full_Name', { length: 120, readOnly: true }),
  field('text', 'Company', { length: 200, layoutMandatory: true }),
  field('text', 'Designation', { label: 'Title', length: 100 }),
  field('email', 'Email'),
  field('email', 'Secondary_Email'),
  field('phone', 'Phone'),
  field('phone', 'Mobile'),
  field('phone', 'Fax'),
  field('website', 'Website'),
  field('picklist', 'Lead_Source', { pickList: LEAD_SOURCES }),
  field('picklist', 'Lead_Status', { pickList: ['Not Contacted', 'Contacted', 'Junk Lead'] }),
  field('picklist', 'Industry', { pickList: ['Data/Telecom OEM', 'ERP', 'Service Provider'] }),
  field('picklist', 'Rating', { pickList: ['Acquired', 'Active', 'Market Failed'] }),
  field('integer', 'No_of_Employees', { label: 'No. of Employees' }),
  field('currency', 'Annual_Revenue'),
  field('boolean', 'Email_Opt_Out'),
  field('text', 'Skype_ID', { length: 50 }),
  field('text', 'Twitter', { length: 50 }),
  field('text', 'Street', { length: 250 }),
  field('text', 'City', { length: 100 }),
  field('text', 'State', { length: 100 }),
  field('text', 'Zip_Code', { length: 30 }),
  field('text', 'Country', { length: 100 }),
  field('textarea', 'Description'),
  field('boolean', 'Converted__s', { readOnly: true }),
  ...SYSTEM_FIELDS,
];

/** Contacts. Only `Last_Name` is mandatory. */
export const CONTACT_FIELDS: readonly FieldDefinition[] = [
  field('ownerlookup', 'Owner'),
  field('picklist', 'Salutation', { pickList: ['Mr.', 'Mrs.', 'Ms.', 'Dr.', 'Prof.'] }),
  field('text', 'First_Name', { length: 40 }),
  field('text', 'Last_Name', { length: 80, mandatory: true }),
  field('text', 'Full_Name', { length: 120, readOnly: true }),
  field('lookup', 'Account_Name'),
  field('text', 'Title', { length: 100 }),
  field('text', 'Department', { length: 50 }),
  field('email', 'Email'),
  field('email', 'Secondary_Email'),
  field('phone', 'Phone'),
  field('phone', 'Mobile'),
  field('phone', 'Home_Phone'),
  field('phone', 'Other_Phone'),
  field('phone', 'Fax'),
  field('picklist', 'Lead_Source', { pickList: LEAD_SOURCES }),
  field('date', 'Date_of_Birth'),
  field('boolean', 'Email_Opt_Out'),
  field('text', 'Skype_ID', { length: 50 }),
  field('text', 'Twitter', { length: 50 }),
  field('text', 'Mailing_Street', { length: 250 }),
  field('text', 'Mailing_City', { length: 100 }),
  field('text', 'Mailing_State', { length: 100 }),
  field('text', 'Mailing_Zip', { length: 30 }),
  field('text', 'Mailing_Country', { length: 100 }),
  field('textarea', 'Description'),
  ...SYSTEM_FIELDS,
];

/** Notes: a text on a record of another module, named by `Parent_Id`. */
export const NOTE_FIELDS: readonly FieldDefinition[] = [
  field('ownerlookup', 'Owner'),
  field('text', 'Note_Title', { length: 120 }),
  field('textarea', 'Note_Content', { mandatory: true }),
  field('lookup', 'Parent_Id', { mandatory: true }),
  ...SYSTEM_FIELDS,
];
