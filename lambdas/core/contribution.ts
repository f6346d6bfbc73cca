import type { HoldfastConfig } from './config.ts';
import { type NormalizedEvent, READING_NAMES } from './lead-event.ts';
import { zohoFieldMapping } from './zoho-settings.ts';

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
  /** Whether a record may be made for it where the CRM has none. */
  readonly mayCreate: boolean;
}

/** Zoho's longest text fields take 32,000 characters (custom fields, read 2026-11-22). */
const MESSAGE_MAX = 32_000;

/** Longer than any other field of a lead; HEAD holds several values of each, and must fit into an item. */
const VALUE_MAX = 1_000;

/**
 * What no CRM is told unless it is mapped to a field: HEAD would pay for it with every lead. An extension is part of
 * the phone number anyway.
 */
const ONLY_WHERE_MAPPED: ReadonlySet<string> = new Set([...READING_NAMES, 'phone_ext']);

/**
 * Reads an event's contribution to its identity's HEAD.
 *
 * An extension goes with its number, as `+12025550143;ext=23` (RFC 3966): of two submissions, the number of one
 * must not get the extension of the other.
 *
 * @param config gives the source's label and trust; a source that is no longer configured keeps its
 *   name as label and the lowest trust
 */
export function contributionOf(event: NormalizedEvent, config: HoldfastConfig): Contribution {
  const source = config.sources[event.source];
  const { email, phone_e164: phoneE164 } = event.identity;
  const phone = phoneOf(phoneE164, event.attributes);
  const mapping = zohoFieldMapping(config);
  const attributes = Object.entries(event.attributes).filter(
    ([name]) => !ONLY_WHERE_MAPPED.has(name) || Object.hasOwn(mapping, name),
  );
  const values: Record<string, string> = {
    ...Object.fromEntries(attributes),
    ...(email === undefined ? {} : { email }),
    ...(phone === undefined ? {} : { phone }),
    lead_source: source?.label ?? event.source,
  };

  return {
    event: event.idempotency_key,
    occurredAt: event.occurred_at,
    trust: source?.trust ?? 0,
    mayCreate: event.routing.mode === 'upsert',
    values: Object.fromEntries(
      Object.entries(values)
        .filter(([, value]) => value !== '')
        .map(([name, value]) => [name, clamp(value, name === 'message' ? MESSAGE_MAX : VALUE_MAX)]),
    ),
  };
}

function phoneOf(
  e164: string | undefined,
  { phone_raw: raw, phone_ext: extension }: NormalizedEvent['attributes'],
): string | undefined {
  if (extension === undefined) return e164 ?? raw;
  if (e164 !== undefined) return `${e164};ext=${extension}`;
  return raw === undefined ? undefined : `${raw} ext ${extension}`;
}

/** The first `lengthMax` UTF-16 units, without half a character at the end. */
function clamp(value: string, lengthMax: number): string {
  if (value.length <= lengthMax) return value;
  const cut = value.slice(0, lengthMax);
  return cut.isWellFormed() ? cut : cut.slice(0, -1);
}
