import type { Reading, WebhookRequest } from '../provider.ts';
import { type GenericSource, readGeneric, type SenderTraits } from './generic-sender.ts';
import { nestForm } from './nest-names.ts';
import { ifParsed } from './outcome.ts';
import { readForm } from './read-form.ts';

/**
 * Reads what a sender posts as JSON or as a form, plain or in several parts, by the paths of its source. Names
 * with brackets are paths as well: `entry[id]` is `entry.id`. Never throws.
 */
export async function readPostedForm(
  request: WebhookRequest,
  source: GenericSource,
  traits: SenderTraits = {},
): Promise<Reading> {
  return ifParsed(await readForm(request), (form) =>
    readGeneric(nestForm(form), source, [], traits),
  );
}
