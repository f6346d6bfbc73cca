import * as z from 'zod/mini';
import type { EventRecord } from './event-record.ts';

/**
 * The longest that a received message can be hidden, in seconds.
 *
 * SQS counts its 12 hours (43,200 s) from the receive, and a longer timeout does not reset them; the
 * 5 s are what may have passed since (Amazon SQS, ChangeMessageVisibility, read 2026-11-22).
 */
export const DEFER_SECONDS_MAX = 43_195;

const schema = z.object({
  schema_version: z.literal(1),
  idempotency_key: z.string().check(z.minLength(1)),
  source: z.string(),
  event_type: z.string(),
  correlation_id: z.string(),
  quarantine_id: z.optional(z.string()),
});

/**
 * What travels on the delivery queue: names an event, never carries its payload.
 *
 * `quarantine_id` is there when the message comes from the dead-letter queue: it lets the claim take
 * an event out of exactly that quarantine.
 */
export type DeliveryMessage = z.infer<typeof schema>;

/** The message that asks for an event's delivery. */
export function deliveryMessageOf(record: EventRecord): DeliveryMessage {
  return {
    schema_version: 1,
    idempotency_key: record.key,
    source: record.source,
    event_type: record.eventType,
    correlation_id: record.correlationId,
  };
}

/**
 * Reads a queue message's body.
 *
 * A dead letter reads as a delivery message too, since a redrive moves it here as it is.
 *
 * @returns `undefined` when the body is no delivery message
 */
export function parseDeliveryMessage(body: string): DeliveryMessage | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  const parsed = schema.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}
