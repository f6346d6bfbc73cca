import type { SourceBase } from '../../core/source-settings.ts';
import type { Reading } from '../provider.ts';
import { isoOfMilliseconds } from '../reading/epoch-time.ts';
import {
  digitsOf,
  idText,
  isObject,
  type Json,
  type JsonObject,
  member,
  scalarText,
} from '../reading/json.ts';
import { oneSubmission, unknownShape } from '../reading/outcome.ts';
import { parseJsonText } from '../reading/read-form.ts';
import { withoutVolatile } from '../reading/without-volatile.ts';
import { readJotformQuestions } from './jotform-answers.ts';

/** Of a source, what its body is read by. */
type JotformSource = Pick<SourceBase, 'fields'> & { readonly readDetails: boolean };

const EVENT_TYPE = 'submission';

/** Reads a webhook: the answers of `rawRequest`, or the id alone where the details are read from the API. */
export function readJotformWebhook(body: Json, source: JotformSource): Reading {
  const submissionId = idText(member(body, 'submissionID'));
  const raw = rawRequestOf(member(body, 'rawRequest'));
  const named = digitsOf(submissionId);
  if (source.readDetails && named === undefined) {
    return unknownShape('it has no submissionID of digits', submissionId);
  }
  if (!source.readDetails && raw === undefined) {
    return unknownShape('its rawRequest is no JSON object', submissionId);
  }

  const formId = idText(member(body, 'formID'));
  const read = source.readDetails ? undefined : readJotformQuestions(raw ?? {});
  return oneSubmission(
    {
      eventType: EVENT_TYPE,
      sourceEventId: submissionId,
      occurredAt: momentOf(member(raw, 'event_id')),
      fields: read?.fields ?? [],
      facts: { ...read?.facts, form_id: formId, form_name: scalarText(member(body, 'formTitle')) },
      ...(read === undefined ? {} : { consent: read.consent }),
      details: source.readDetails && named !== undefined ? { submission_id: named } : undefined,
      content: {
        formID: formId,
        submissionID: submissionId,
        rawRequest: withoutVolatile(raw ?? {}),
      },
    },
    source,
  );
}

function rawRequestOf(value: Json | undefined): JsonObject | undefined {
  const raw = typeof value === 'string' ? parseJsonText(value) : value;
  return isObject(raw) ? raw : undefined;
}

/** `<milliseconds>_<form>_<random>`. */
function momentOf(eventId: Json | undefined): string | undefined {
  return isoOfMilliseconds(/^(\d{13})_/.exec(idText(eventId) ?? '')?.[1]);
}
