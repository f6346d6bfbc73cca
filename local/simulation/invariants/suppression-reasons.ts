import type { Observer, ObserverContext } from '../observer.ts';

/** G6: an event is kept from the CRM only for what its submission, or its details, say. */
export function observeSuppressions({ check }: Pick<ObserverContext, 'check'>): Observer {
  return {
    eventChanged: ({ key, record, submission }, before) => {
      if (record.state !== 'suppressed' || before?.state === 'suppressed') return;
      const { suppression } = record;
      check(
        'G6 suppression has a reason',
        (suppression === 'spam_trap' && submission.isSpam) ||
          (suppression === 'test_lead' && submission.isTest),
        () => `${key} was suppressed as ${suppression}, which it has no reason for.`,
      );
    },
  };
}
