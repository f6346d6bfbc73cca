import type { SourceBase } from '../../core/source-settings.ts';
import type { Reading } from '../provider.ts';
import { answersOf } from '../reading/form-field.ts';
import {
  idText,
  isObject,
  type Json,
  type JsonObject,
  member,
  scalarText,
} from '../reading/json.ts';
import { FORM_SUBMISSION, oneSubmission, unknownShape } from '../reading/outcome.ts';
import { readConsent } from '../reading/read-consent.ts';
import { withoutVolatile } from '../reading/without-volatile.ts';
import { readAdvancedFields, readSimpleFields } from './elementor-fields.ts';

/** Reads a submission of either mode. Only the advanced one has an object of `fields`. */
export function readElementorSubmission(body: Json, source: SourceBase): Reading {
  if (!isObject(body)) return unknownShape('it is not an object');
  const fields = member(body, 'fields');
  return typeof fields === 'object' && fields !== null
    ? readAdvanced(body, source)
    : readSimple(body, source);
}

function readAdvanced(body: JsonObject, source: SourceBase): Reading {
  const read = readAdvancedFields(member(body, 'fields'));
  if (read.length === 0) return unknownShape('it has no fields');
  const fields = read.map(({ field }) => field);
  const others = read.filter(({ consent }) => consent === undefined).map(({ field }) => field);
  const facts = {
    form_id: idText(member(member(body, 'form'), 'id')),
    form_name: scalarText(member(member(body, 'form'), 'name')),
    page_url: scalarText(member(member(member(body, 'meta'), 'page_url'), 'value')),
  };
  return oneSubmission(
    {
      eventType: FORM_SUBMISSION,
      fields,
      facts,
      consent: [...read.flatMap(({ consent }) => consent ?? []), ...readConsent(answersOf(others))],
      content: { ...facts, answers: answersOf(fields) },
    },
    source,
  );
}

function readSimple(body: JsonObject, source: SourceBase): Reading {
  const fields = readSimpleFields(body);
  if (fields.length === 0) return unknownShape('it has no fields');
  const facts = {
    form_id: idText(member(body, 'form_id')),
    form_name: scalarText(member(body, 'form_name')),
    page_url: scalarText(member(body, 'Page URL')),
  };
  const answers = Object.fromEntries(answersOf(fields).map(({ key, value }) => [key, value]));
  return oneSubmission(
    {
      eventType: FORM_SUBMISSION,
      fields,
      facts,
      content: { ...facts, answers: withoutVolatile(answers) },
    },
    source,
  );
}
