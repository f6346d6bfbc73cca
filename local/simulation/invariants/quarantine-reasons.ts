import type { Failure } from '../../../lambdas/core/failure.ts';
import { type EventFacts, hasEnded } from '../facts.ts';
import type { Observer, ObserverContext } from '../observer.ts';
import { identifiersOf } from '../person-classes.ts';
import { SIMULATED_CONFIG } from '../settings.ts';

const OUTAGE_MS = 72 * 3_600_000;
const HIGH_INTENT_ATTEMPTS = 10;

/** G5 and G6: an event is set aside for a reason that it has, at once, and never because of an outage. */
export function observeQuarantines({ facts, plan, mix, check, nowMs }: ObserverContext): Observer {
  return {
    died: ({ notes }) => {
      if (notes.death !== 'poison') return;
      for (const key of notes.claimed) {
        const event = facts.events.get(key);
        if (event?.record.state === 'processing') event.neighbourDeaths += 1;
      }
    },
    eventChanged: (event, before) => {
      const { key, record, submission } = event;
      if (record.state !== 'quarantined' || before?.state === 'quarantined') return;
      const { failure } = record;
      if (failure === undefined) return;
      const ageMs = nowMs() - Date.parse(record.receivedAt);
      const isHighIntent = SIMULATED_CONFIG.sources[submission.source]?.highIntent === true;
      const isPassing = failure.class === 'retryable' || failure.code === 'retries_exhausted';
      check(
        'G5 no quarantine by outage',
        !isPassing ||
          ageMs >= OUTAGE_MS ||
          (isHighIntent && record.attempts >= HIGH_INTENT_ATTEMPTS),
        () =>
          `${key} was set aside for ${failure.code} after ${Math.round(ageMs / 60_000)} minutes and ${record.attempts} attempts.`,
      );
      check(
        'G6 quarantine has a reason',
        isPassing || hasReason(event, failure),
        () =>
          `${key} was set aside for ${failure.code}, which it has no reason for: ${failure.message}`,
      );
      if (failure.code !== 'crm_invalid_data' || !isUndisturbed()) return;
      const rivals = [...facts.events.values()].filter(
        (other) => other.submission.isPoison && !hasEnded(other.record),
      ).length;
      check(
        'G6 permanent at once',
        record.attempts <= 1 + rivals,
        () => `${key} was refused for good, and only set aside after ${record.attempts} attempts.`,
      );
    },
  };

  /** Without other faults, the first refusal must be the end. */
  function isUndisturbed(): boolean {
    const { scenario } = plan;
    return scenario === 'poison' && mix.crash_before + mix.token_short_lived === 0;
  }

  /** Each event that ends its consumer may do so once beside others, before it is known; at least one. */
  function deadlyOnes(): number {
    const deadly = [...facts.events.values()].filter(({ submission }) => submission.isDeadly);
    return Math.max(1, deadly.length);
  }

  /** Claims may end without a result by chance: a consumer died, or their end could not be stored. */
  function isDisturbed(): boolean {
    return mix.crash_before + mix.crash_aimed + mix.table_timed_out > 0;
  }

  function hasReason(event: EventFacts, failure: Failure): boolean {
    const { submission } = event;
    switch (failure.code as string) {
      case 'missing_identity':
        return identifiersOf(event).length === 0;
      case 'crm_invalid_data':
        return submission.isPoison;
      case 'poison':
        return submission.isDeadly || (isDisturbed() && event.neighbourDeaths <= deadlyOnes());
      case 'identity_conflict':
        return identifiersOf(event).length > 1;
      case 'no_match':
      case 'crm_no_match':
        return submission.source === 'updates';
      case 'crm_refused':
        return submission.isPoison || mix.converted_by_person > 0;
      case 'crm_converted':
      case 'crm_duplicate_data':
        return mix.converted_by_person > 0;
      case 'crm_unauthorized':
      case 'crm_forbidden':
        return mix.token_revoked + mix.zoho_turns_token_down + mix.tokens_expired > 0;
      default:
        return isParked(failure) && submission.source === 'ads' && mix.api_refuses_token > 0;
    }
  }
}

/** A provider's API took no token. */
function isParked({ code }: Failure): boolean {
  return code === 'details_unauthorized';
}
