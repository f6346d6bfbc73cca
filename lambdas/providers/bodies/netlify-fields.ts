import type { Submission } from '../provider.ts';
import { anyValue, flatFields } from '../reading/flat-fields.ts';
import type { FormField } from '../reading/form-field.ts';
import { idText, itemsBy, type Json, type JsonObject, member } from '../reading/json.ts';

/**
 * Reads the answers of a submission, by the names of the inputs.
 *
 * @param data what was submitted, and the address and browser of who did
 * @param ordered the fields in their order on the page, with the labels that people read
 */
export function readNetlifyFields(data: JsonObject, ordered: Json | undefined): FormField[] {
  const titled = itemsBy(
    ordered,
    (item) => idText(member(item, 'name')) ?? idText(member(item, 'title')),
  );
  // Netlify adds these two itself; they are no answers.
  const { ip: _ip, user_agent: _userAgent, ...asked } = data;
  const fields = flatFields(asked).map((field) => withTitle(field, titled.get(field.ids[0])));
  const elsewhere = [...titled].flatMap(([name, item]) => {
    const value = Object.hasOwn(data, name) ? undefined : anyValue(member(item, 'value'));
    return value === undefined ? [] : [withTitle({ ids: [name], value }, item)];
  });
  return [...fields, ...elsewhere];
}

function withTitle(field: FormField, item: Json | undefined): FormField {
  const label = idText(member(item, 'title'));
  // An input may be called `field1`, and its label "E-Mail".
  const { names = field.ids } = field;
  return label === undefined ? field : { ...field, label, names: [...names, label] };
}

/**
 * Netlify finds a name and an address among the answers by itself, and splits the name at its first space.
 * What is found here by names or by the configuration counts: a name that was given whole is split better.
 */
export function withDerived(submission: Submission, form: JsonObject): Submission {
  const { attributes, email = idText(member(form, 'email')) } = submission;
  const isNamed = (['full_name', 'first_name', 'last_name'] as const).some(
    (name) => attributes[name] !== undefined,
  );
  const fullName = idText(member(form, 'name'));
  const firstName = fullName === undefined ? idText(member(form, 'first_name')) : undefined;
  const lastName = fullName === undefined ? idText(member(form, 'last_name')) : undefined;
  return {
    ...submission,
    ...(email === undefined ? {} : { email }),
    attributes: isNamed
      ? attributes
      : {
          ...attributes,
          ...(fullName === undefined ? {} : { full_name: fullName }),
          ...(firstName === undefined ? {} : { first_name: firstName }),
          ...(lastName === undefined ? {} : { last_name: lastName }),
        },
  };
}
