import type { CanonicalField } from '../../core/lead-event.ts';
import type { SourceBase } from '../../core/source-settings.ts';
import type { Reading } from '../provider.ts';
import { anyValue } from '../reading/flat-fields.ts';
import { type FormField, meaningOf } from '../reading/form-field.ts';
import { idText, isArray, isObject, type Json, type JsonObject, member } from '../reading/json.ts';
import { FORM_SUBMISSION, oneSubmission, unknownShape } from '../reading/outcome.ts';

/** What a question's own type says by itself. */
const MEANING_OF_TYPE: Readonly<Record<string, CanonicalField>> = {
  EmailInput: 'email',
  PhoneNumber: 'phone',
};

/** Reads a submission: its questions, then what was booked, paid, calculated and passed in the address. */
export function readFilloutSubmission(body: Json, source: SourceBase): Reading {
  const form = member(body, 'submission');
  if (!isObject(form) || !isArray(member(form, 'questions'))) {
    return unknownShape('it has no submission with questions');
  }
  return oneSubmission(
    {
      eventType: FORM_SUBMISSION,
      sourceEventId: idText(member(form, 'submissionId')),
      occurredAt: idText(member(form, 'submissionTime')),
      fields: [
        ...readList(form, 'questions'),
        ...readList(form, 'scheduling'),
        ...readList(form, 'payments'),
        ...readList(form, 'calculations', 'hidden'),
        ...readList(form, 'urlParameters', 'hidden'),
      ],
      facts: {
        form_id: idText(member(body, 'formId')),
        form_name: idText(member(body, 'formName')),
      },
      content: form,
    },
    source,
  );
}

function readList(form: JsonObject, name: string, place?: FormField['place']): FormField[] {
  const items = member(form, name);
  if (!isArray(items)) return [];
  return items.flatMap((item, index) => {
    const answer = member(item, 'value');
    const value = valueOf(answer);
    if (value === undefined) return [];
    const label = idText(member(item, 'name'));
    const type = idText(member(item, 'type'));
    return [
      {
        ids: [idText(member(item, 'id')) ?? label ?? `${name}_${index + 1}`],
        ...(label === undefined ? {} : { label }),
        ...(type === undefined ? {} : { type }),
        value,
        ...meaningOf(MEANING_OF_TYPE, type),
        ...(place === undefined ? {} : { place }),
        // A yes or no, or an object, is about a field, it is not the field.
        ...(typeof answer === 'boolean' || isObject(answer) ? { names: [] } : {}),
      },
    ];
  });
}

/** Files are told by their URLs. */
function valueOf(answer: Json | undefined): ReturnType<typeof anyValue> {
  if (!isArray(answer)) return anyValue(answer);
  const texts = answer.map((one) => idText(member(one, 'url')));
  return texts.length > 0 && texts.every((text) => text !== undefined) ? texts : anyValue(answer);
}
