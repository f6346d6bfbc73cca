import type { Observer, ObserverContext } from '../observer.ts';
import { SECRETS } from '../settings.ts';
import { personalValuesOf } from '../submission.ts';

/** G8: no value of a person and no secret is in a log line, a metric or a message. */
export function observeSecrecy(
  { check }: ObserverContext,
  submissions: readonly Parameters<typeof personalValuesOf>[0][],
): Observer {
  const forbidden = [
    ...new Set([...submissions.flatMap(personalValuesOf), ...Object.values(SECRETS)]),
  ];
  const pattern = new RegExp(forbidden.map(escaped).join('|'), 'i');
  return {
    told: (text, where) => {
      check(
        'G8 nothing personal',
        !pattern.test(text),
        () => `${where} tells a secret or a person.`,
      );
    },
  };
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}
