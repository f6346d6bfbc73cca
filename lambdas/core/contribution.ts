import type { HoldfastConfig } from './config.ts';
import type { NormalizedEvent } from './lead-event.ts';

/** What one event says about its person: the values that take part in the merge. */
export interface Contribution {
  /** Idempotency key of the event. */
  readonly event: string;
  /** ISO 8601, UTC, milliseconds: compares as text. */
  readonly occurredAt: string;
  /** 0–100. */
  readonly trust: number;
  /** Canonical field → value; never empty strings. */
  readonly values: Readonly<Record<string, string>>;
}

/**
 * Reads an event's contribution to its identity's HEAD.
 *
 * @param config gives the source's label and trust; a source that is no longer configured keeps its
 *   name as label and the lowest trust
 */
export function contributionOf(event: NormalizedEvent, config: HoldfastConfig): Contribution {
  const source = config.sources[event.source];
  const { email, phone_e164: phoneE164 } = event.identity;
  const phone = phoneE164 ?? event.attributes['phone_raw'];
  const values: Record<string, string> = {
    ...event.attributes,
    ...(email === undefined ? {} : { email }),
    ...(phone === undefined ? {} : { phone }),
    lead_source: source?.label ?? event.source,
  };

  return {
    event: event.idempotency_key,
    occurredAt: event.occurred_at,
    trust: source?.trust ?? 0,
    values: Object.fromEntries(Object.entries(values).filter(([, value]) => value !== '')),
  };
}
