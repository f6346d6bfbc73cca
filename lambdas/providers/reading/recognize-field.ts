import type { CanonicalField } from '../../core/lead-event.ts';

/**
 * What senders call the fields of a lead: letters and digits only, lower case. Names in other languages
 * are here where one word means one thing; "nom" (name, last name) does not.
 */
const NAMES: Readonly<Partial<Record<CanonicalField, string>>> = {
  first_name: 'firstname fname givenname forename yourfirstname vorname prenom primeironome',
  last_name:
    'lastname lname surname familyname yourlastname nachname apellido apellidos cognome sobrenome',
  full_name: 'name fullname yourname contactname leadname nombrecompleto nomecompleto',
  email:
    'email emailaddress mail youremail workemail businessemail contactemail useremail emailadresse correo correoelectronico courriel',
  phone:
    'phone phonenumber tel telephone mobile mobilephone mobilenumber cell cellphone workphone yourphone contactphone userphone telefon telefono telefone handy',
  company:
    'company companyname organisation organization organisationname organizationname business businessname employer empresa firma unternehmen entreprise azienda',
  job_title: 'jobtitle position jobrole cargo',
  website: 'website websiteurl companywebsite homepage',
  message:
    'message comment comments yourmessage description enquiry inquiry notes question mensaje nachricht mensagem messaggio',
  street: 'street streetaddress address address1 addressline1',
  city: 'city town ciudad stadt cidade',
  region: 'region state province county stateprovince',
  postal_code: 'postalcode postcode zip zipcode plz',
  country: 'country countryname pais land',
  form_id: 'formid',
  form_name: 'formname',
  page_url: 'pageurl pageuri sourceurl landingpage',
  referrer: 'referrer referer httpreferer',
  utm_source: 'utmsource',
  utm_medium: 'utmmedium',
  utm_campaign: 'utmcampaign',
  utm_term: 'utmterm',
  utm_content: 'utmcontent',
  gclid: 'gclid gclickid',
  gbraid: 'gbraid',
  wbraid: 'wbraid',
  fbclid: 'fbclid',
  msclkid: 'msclkid',
  ttclid: 'ttclid',
  li_fat_id: 'lifatid',
};

const FIELD_OF_NAME: ReadonlyMap<string, CanonicalField> = /* @__PURE__ */ new Map(
  (Object.entries(NAMES) as [CanonicalField, string][]).flatMap(([field, names]) =>
    names.split(' ').map((name) => [name, field] as const),
  ),
);

const NAME_LENGTH_MAX = 60;

/**
 * Recognizes a field by its usual name: `first_name`, `firstName`, `First name` and `first-name` are one.
 *
 * @returns `undefined` for a name that is not usual; `external_id` is never recognized, only configured,
 *   since whoever sets it decides whose record a lead goes to
 */
export function recognizeField(name: string): CanonicalField | undefined {
  return FIELD_OF_NAME.get(squashName(name));
}

/** A name's letters and digits in lower case, without accents; empty for one that is too long to be usual. */
export function squashName(name: string): string {
  if (name.length > NAME_LENGTH_MAX) return '';
  return name
    .normalize('NFD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '');
}
