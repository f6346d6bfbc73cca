/**
 * What a CRM record must say, worked out from the submissions alone: a second, plainer opinion than the
 * code's own merge.
 */
import type { Submission } from './submission.ts';

/** One delivered event, as far as the fold needs it. */
export interface Delivered {
  readonly key: string;
  readonly submission: Submission;
  /** ISO 8601, UTC, milliseconds. */
  readonly occurredAt: string;
  readonly trust: number;
  readonly label: string;
}

type Rule = 'newest' | 'oldest' | 'most trusted';

interface Field {
  readonly rule: Rule;
  readonly valueOf: (event: Delivered) => string | undefined;
}

/** Zoho's field → how it comes about. The description keeps every message and is checked apart. */
const FIELDS: Readonly<Record<string, Field>> = {
  First_Name: { rule: 'newest', valueOf: ({ submission }) => submission.firstName },
  Last_Name: { rule: 'newest', valueOf: ({ submission }) => submission.lastName },
  Company: { rule: 'newest', valueOf: ({ submission }) => submission.company },
  Email: { rule: 'most trusted', valueOf: ({ submission }) => submission.email },
  Phone: { rule: 'most trusted', valueOf: ({ submission }) => submission.phone },
  Lead_Source: { rule: 'oldest', valueOf: ({ label }) => label },
};

/** The value of each field after all these events, in whatever order they came. */
export function foldOf(events: readonly Delivered[]): Readonly<Record<string, string>> {
  const folded: Record<string, string> = {};
  for (const [name, field] of Object.entries(FIELDS)) {
    const winner = events
      .filter((event) => (field.valueOf(event) ?? '') !== '')
      .toSorted((left, right) => compare(left, right, field.rule))
      .at(-1);
    const value = winner === undefined ? undefined : field.valueOf(winner);
    if (value !== undefined) folded[name] = value;
  }
  return folded;
}

/** Negative when `right` wins over `left`. */
function compare(left: Delivered, right: Delivered, rule: Rule): number {
  const byTrust = left.trust - right.trust;
  if (rule === 'most trusted' && byTrust !== 0) return byTrust;
  const byTime = textOrder(left.occurredAt, right.occurredAt) * (rule === 'oldest' ? -1 : 1);
  return byTime || byTrust || textOrder(left.key, right.key);
}

function textOrder(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
