import type { AuditAction, AuditEntry } from '../../../lambdas/core/audit.ts';
import type { CrmResult, EventRecord, Suppression } from '../../../lambdas/core/event-record.ts';
import { type FailureCode, failureSentenceOf } from '../../../lambdas/core/failure.ts';
import type { StoredLead } from '../../../lambdas/operations/lookup/stored-lead.ts';
import { counted } from '../text/counted.ts';
import { shortTime } from '../../../lambdas/core/short-time.ts';

/** One thing that happened to a lead. */
export interface LeadStep {
  /** ISO 8601; absent where nobody noted the time. */
  readonly at?: string;
  /** In plain words. */
  readonly what: string;
}

const BECAUSE: Readonly<Record<Suppression, string>> = {
  spam_trap: 'the field that only bots see was filled in',
  test_lead: 'its sender says that it is a test',
  deleted_at_source: 'it was deleted where it came from',
  not_a_lead: 'it tells of something else than a lead',
  canary: 'it is a canary, which only tries the way',
};

const ACTIONS: Readonly<Record<CrmResult['action'], string>> = {
  insert: 'created',
  update: 'updated',
  none: 'which held what it says already',
  note: 'by a note on the contact that the lead had become',
};

const ACTS: Readonly<Record<AuditAction, string>> = {
  replayed: 'replayed',
  mapped_anew: 'read anew with another mapping',
  closed: 'closed, not to be delivered,',
};

/** Where a lead is now, in a few words: `in quarantine`, `delivered`. */
export function stateWord({ state }: Pick<EventRecord, 'state'>): string {
  switch (state) {
    case 'received':
      return 'waits for its delivery';
    case 'processing':
      return 'is being delivered';
    case 'failed':
      return 'waits for its next attempt';
    case 'held':
      return 'held';
    case 'succeeded':
      return 'delivered';
    case 'suppressed':
      return 'kept from the CRM';
    case 'quarantined':
      return 'IN QUARANTINE';
    case 'closed':
      return 'closed, settled by hand';
    case 'erased':
      return 'erased';
  }
}

/** Everything that is known to have happened to a lead, in order. */
export function stepsOf({ record, history }: StoredLead): readonly LeadStep[] {
  const { receivedAt, quarantinedAt, conflicts } = record;
  const last = lastStep(record);
  const isQuarantineOver = quarantinedAt !== undefined && record.state !== 'quarantined';
  const timed: readonly LeadStep[] = [
    { at: receivedAt, what: 'received' },
    ...(isQuarantineOver
      ? [
          {
            at: quarantinedAt,
            what: `set aside, for a person to look at${whyThen(record, history)}`,
          },
        ]
      : []),
    ...history.map((entry) => ({ at: entry.at, what: actText(entry) })),
    ...(last === undefined ? [] : [last]),
  ];
  return [
    ...timed.toSorted((left, right) => compare(left.at ?? '~', right.at ?? '~')),
    ...(conflicts === 0
      ? []
      : [
          {
            what: `its sender used its id ${counted(conflicts, 'more time')} with other content; the first one is kept`,
          },
        ]),
  ];
}

/** What an operator did, by whom and why. */
function actText({ action, by, reason }: AuditEntry): string {
  return `${ACTS[action]} by ${by}: ${reason}`;
}

function lastStep(record: EventRecord): LeadStep | undefined {
  const { state, lastAttemptAt, attempts, failure, nextDueAtMs } = record;
  const why = failure === undefined ? '' : whyText(failure.message, failure.code);
  const at = lastAttemptAt === undefined ? {} : { at: lastAttemptAt };
  switch (state) {
    case 'received':
      // Attempts are made; then it was given back to the queue.
      return { what: 'waits for its delivery' };
    case 'processing':
      return { what: 'is being delivered right now' };
    case 'failed': {
      const next =
        nextDueAtMs === undefined
          ? ''
          : ` Next attempt: ${shortTime(new Date(nextDueAtMs).toISOString())}.`;
      return { ...at, what: `attempt ${attempts} failed${why}${next}` };
    }
    case 'held':
      return { what: 'held, since delivery is switched off (zohoEnabled)' };
    case 'succeeded':
      return { ...at, what: deliveredText(record) };
    case 'suppressed':
      return { what: `kept from the CRM: ${suppressionText(record)}` };
    case 'quarantined': {
      const since = record.quarantinedAt ?? lastAttemptAt;
      return {
        ...(since === undefined ? {} : { at: since }),
        what: `set aside after ${counted(attempts, 'attempt')}${why}`,
      };
    }
    case 'closed':
      // Who closed it and why is in its history.
      return undefined;
    case 'erased':
      return {
        ...(record.erasedAt === undefined ? {} : { at: record.erasedAt }),
        what: 'erased: what it said is gone',
      };
  }
}

function deliveredText({ crm, attempts }: EventRecord): string {
  const tries = attempts > 1 ? `, at attempt ${attempts}` : '';
  if (crm === undefined) return `delivered${tries}`;
  return `delivered to Zoho as ${recordText(crm)}, ${ACTIONS[crm.action]}${tries}`;
}

/** A record as a person says it: `lead 4150868000000376001`. */
export function recordText({ module, recordId }: Pick<CrmResult, 'module' | 'recordId'>): string {
  return `${MODULE_WORDS[module] ?? module} ${recordId}`;
}

const MODULE_WORDS: Readonly<Record<string, string>> = { Leads: 'lead', Contacts: 'contact' };

/** Why a lead is not sent to the CRM, without a full stop. */
function suppressionText({ suppression }: Pick<EventRecord, 'suppression'>): string {
  return suppression === undefined ? 'why is not recorded' : BECAUSE[suppression];
}

/** A delivered lead no longer says why it had failed; what was done about it does. */
function whyThen({ state, failure }: EventRecord, history: readonly AuditEntry[]): string {
  if (state === 'closed' && failure !== undefined) return whyText(failure.message, failure.code);
  const code = history.findLast(({ failureCode }) => failureCode !== undefined)?.failureCode;
  return code === undefined ? '' : whyText(failureSentenceOf(code), code);
}

function whyText(sentence: string, code: FailureCode): string {
  return `: ${sentence} (${code})`;
}

function compare(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
