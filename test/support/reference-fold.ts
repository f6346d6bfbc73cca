// What Zoho must hold of a person, worked out from the submissions alone: a second opinion, which shares
// nothing with the pipeline's own merge.

/** One submission as it was sent. */
export interface SentSubmission {
  /** The event's key, as intake answered it. */
  readonly key: string;
  /** What the CRM shows as its source. */
  readonly label: string;
  readonly trust: number;
  /** ISO 8601, UTC. */
  readonly occurredAt: string;
  /** Canonical field → value; each person has an `email`. */
  readonly values: Readonly<Record<string, string>>;
}

/**
 * A Zoho field, the canonical one that fills it, and which submission's value it shows: that of the first,
 * of the last, or of the last among those of the most trusted source.
 */
const FIELDS = [
  ['First_Name', 'first_name', 'last'],
  ['Last_Name', 'last_name', 'last'],
  ['Email', 'email', 'last'],
  ['Phone', 'phone', 'trusted'],
  ['Company', 'company', 'last'],
  ['Designation', 'job_title', 'last'],
  ['City', 'city', 'last'],
  ['Lead_Source', 'lead_source', 'first'],
  ['Twitter', 'utm_source', 'first'],
  ['Skype_ID', 'utm_campaign', 'first'],
] as const;

/** With which the campaign fields reach Zoho: an organisation has no fields of its own for them. */
export const CAMPAIGN_FIELDS = { utm_source: 'Twitter', utm_campaign: 'Skype_ID' } as const;

/** Submissions by person, in the order in which the persons first came. */
export function byPerson(
  submissions: readonly SentSubmission[],
): ReadonlyMap<string, readonly SentSubmission[]> {
  return Map.groupBy(submissions, (each) => each.values['email'] ?? '');
}

/** The fields of one person's record, the description aside. */
export function foldOf(submissions: readonly SentSubmission[]): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [apiName, canonical, which] of FIELDS) {
    const said = submissions.filter((each) => valueOf(each, canonical) !== '');
    const [winner] = said.toSorted(ORDERS[which]);
    if (winner !== undefined) fields[apiName] = valueOf(winner, canonical);
  }
  return fields;
}

type Order = (left: SentSubmission, right: SentSubmission) => number;

const newestFirst: Order = (left, right) => descending(left.occurredAt, right.occurredAt);
const mostTrustedFirst: Order = (left, right) => right.trust - left.trust;
/** Decides nothing of meaning: it only makes the answer the same whatever came first. */
const byKey: Order = (left, right) => descending(left.key, right.key);

const ORDERS: Readonly<Record<(typeof FIELDS)[number][2], Order>> = {
  first: (left, right) =>
    -newestFirst(left, right) || mostTrustedFirst(left, right) || byKey(left, right),
  last: (left, right) =>
    newestFirst(left, right) || mostTrustedFirst(left, right) || byKey(left, right),
  trusted: (left, right) =>
    mostTrustedFirst(left, right) || newestFirst(left, right) || byKey(left, right),
};

function descending(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? 1 : -1;
}

/** The messages of one person, newest first. */
export function messagesOf(submissions: readonly SentSubmission[]): readonly string[] {
  return submissions
    .toSorted(newestFirst)
    .map((each) => each.values['message'] ?? '')
    .filter((message) => message !== '');
}

function valueOf(submission: SentSubmission, canonical: string): string {
  return canonical === 'lead_source' ? submission.label : (submission.values[canonical] ?? '');
}
