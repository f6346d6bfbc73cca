import type { SourceBase } from '../../core/source-settings.ts';
import type { Reading } from '../provider.ts';
import { flatFields } from '../reading/flat-fields.ts';
import { idText, isArray, isObject, type Json, member } from '../reading/json.ts';
import { FORM_SUBMISSION, oneSubmission, unknownShape } from '../reading/outcome.ts';
import { squashName } from '../reading/recognize-field.ts';
import { withoutVolatile } from '../reading/without-volatile.ts';

/** Of a source, what its form is read by. */
type FormSource = Pick<SourceBase, 'fields'> & {
  readonly honeypotField?: string | undefined;
  readonly turnstile?: { readonly field: string } | undefined;
};

/** Reads the fields of a form; what a person does not fill in (trap, Turnstile token) is no answer. */
export function readWebsiteForm(body: Json, source: FormSource): Reading {
  if (!isObject(body)) return unknownShape('it is not an object');
  const { honeypotField, turnstile } = source;
  // Neither is a question: the trap's usual name ("website") must not become one.
  const form = Object.fromEntries(
    Object.entries(body).filter(([name]) => name !== honeypotField && name !== turnstile?.field),
  );
  const id = Object.entries(form).find(([name]) => squashName(name) === 'submissionid')?.[1];
  const isSpam = honeypotField !== undefined && isFilledIn(member(body, honeypotField));
  return oneSubmission(
    {
      eventType: FORM_SUBMISSION,
      sourceEventId: idText(id),
      fields: flatFields(form),
      suppression: isSpam ? 'spam_trap' : undefined,
      content: withoutVolatile(form),
    },
    source,
  );
}

function isFilledIn(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === false || value === 0) return false;
  if (typeof value === 'string') return value.trim() !== '';
  if (isArray(value)) return value.some(isFilledIn);
  return !isObject(value) || Object.keys(value).length > 0;
}
