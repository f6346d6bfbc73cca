import type { SourceBase } from '../../core/source-settings.ts';
import type { Reading } from '../provider.ts';
import { anyValue } from '../reading/flat-fields.ts';
import type { FormField } from '../reading/form-field.ts';
import { idText, isObject, itemsBy, type Json, type JsonObject, member } from '../reading/json.ts';
import { oneSubmission, unknownShape } from '../reading/outcome.ts';

const EVENT_TYPE = 'form_submission';

/** Reads a submission, whose `data` has the answers and whose `schema` tells what they are. */
export function readWebflowSubmission(body: Json, source: SourceBase): Reading {
  const payload = member(body, 'payload');
  const data = member(payload, 'data');
  if (member(body, 'triggerType') !== EVENT_TYPE) {
    return unknownShape('its triggerType is not form_submission');
  }
  if (!isObject(payload) || !isObject(data)) return unknownShape('it has no payload with data');
  return oneSubmission(
    {
      eventType: EVENT_TYPE,
      sourceEventId: idText(member(payload, 'id')),
      occurredAt: idText(member(payload, 'submittedAt')),
      fields: readFields(data, member(payload, 'schema')),
      facts: {
        form_id: idText(member(payload, 'formId')),
        form_name: idText(member(payload, 'name')),
        page_url: idText(member(payload, 'pageUrl')),
      },
      content: payload,
    },
    source,
  );
}

/** Labels are the keys; the schema tells a field's type and the id of its element by its label. */
function readFields(data: JsonObject, schema: Json | undefined): FormField[] {
  const described = itemsBy(schema, (item) => idText(member(item, 'fieldName')));
  return Object.entries(data).flatMap(([label, inner]) => {
    const value = anyValue(inner);
    if (value === undefined) return [];
    const type = idText(member(described.get(label), 'fieldType'));
    const elementId = idText(member(described.get(label), 'fieldElementId'));
    return [
      {
        ids: elementId === undefined ? [label] : [label, elementId],
        label,
        ...(type === undefined ? {} : { type }),
        value,
        ...meantBy(type),
        // A box that is ticked answers a question about a field, it is not the field.
        ...(typeof inner === 'boolean' ? { names: [] } : {}),
      },
    ];
  });
}

/** In the vendor's sample every field is a `FormTextInput`; forms may have types of their own as well. */
function meantBy(type = ''): Pick<FormField, 'means'> {
  const kind = type.toLowerCase().replaceAll(/^form|input$/g, '');
  if (kind === 'email') return { means: 'email' };
  return ['phone', 'tel', 'phonenumber'].includes(kind) ? { means: 'phone' } : {};
}
