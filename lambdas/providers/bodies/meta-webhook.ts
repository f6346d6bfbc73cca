import type { SourceBase } from '../../core/source-settings.ts';
import type { Reading, Submission } from '../provider.ts';
import { buildSubmission } from '../reading/build-submission.ts';
import { isoOfSeconds } from '../reading/epoch-time.ts';
import { namelessFields } from '../reading/flat-fields.ts';
import { digitsOf, idText, isArray, isObject, type Json, member } from '../reading/json.ts';
import { unknownShape } from '../reading/outcome.ts';
import { bodyOf, PARTS_MAX } from '../reading/parts.ts';

const EVENT_TYPE = 'leadgen';

/** One change that names a lead, and a body that holds it alone. */
interface Change {
  readonly value: Json;
  readonly leadId: string | undefined;
  readonly part: Json;
}

/** Reads a webhook: each change that names a lead is a submission of its own. */
export function readMetaWebhook(body: Json, source: SourceBase): Reading {
  const entries = member(body, 'entry');
  if (!isArray(entries)) return unknownShape('it has no list of entries');
  const changes = entries.flatMap((entry) => leadChanges(body, entry));
  if (changes.length > PARTS_MAX) {
    return unknownShape(`it names ${changes.length} leads, more than ${PARTS_MAX}`);
  }
  if (changes.length > 0 && changes.every(({ leadId }) => leadId === undefined)) {
    return unknownShape('none of its leads has a leadgen_id of digits');
  }
  const submissions = changes.map((change) => thinLead(change, changes.length > 1, source));
  return { kind: 'read', submissions };
}

/** Other fields, and a change without a value, say nothing of a lead. */
function leadChanges(body: Json, entry: Json): Change[] {
  const changes = member(entry, 'changes');
  if (!isArray(changes)) return [];
  return changes.flatMap((change) => {
    const value = member(change, 'value');
    if (member(change, 'field') !== EVENT_TYPE || value === undefined || value === null) return [];
    const alone = { id: member(entry, 'id') ?? null, time: member(entry, 'time') ?? null };
    return [
      {
        value,
        leadId: digitsOf(member(value, 'leadgen_id'), 40),
        part: {
          object: member(body, 'object') ?? null,
          entry: [{ ...alone, changes: [change] }],
        },
      },
    ];
  });
}

/** One without an id that can be asked for names nobody, and is quarantined; the others go their way. */
function thinLead(
  { value, leadId, part }: Change,
  isOneOfMany: boolean,
  source: SourceBase,
): Submission {
  return buildSubmission(
    {
      eventType: EVENT_TYPE,
      sourceEventId: leadId,
      occurredAt: isoOfSeconds(member(value, 'created_time')),
      // Without an id, what it says is what tells it from another one.
      fields: leadId === undefined && isObject(value) ? namelessFields(value) : [],
      facts: {
        form_id: idText(member(value, 'form_id')),
        ad_id: idText(member(value, 'ad_id')),
        adset_id: idText(member(value, 'adgroup_id')),
      },
      details: leadId === undefined ? undefined : { leadgen_id: leadId },
      content: value,
      part: isOneOfMany ? bodyOf(part) : undefined,
    },
    source,
  );
}
