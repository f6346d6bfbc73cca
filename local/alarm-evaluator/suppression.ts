import type { CompositeAlarm } from './alarm-definition.ts';

/** Decides, minute by minute, whether a composite alarm tells people that it is in ALARM. */
export interface Teller {
  /** @returns whether people are told now */
  see(atMs: number, isInAlarm: boolean, isSuppressorInAlarm: boolean): boolean;
}

/**
 * Builds the teller of a composite alarm.
 *
 * ```
 * goes into ALARM ─► waits for the suppressor, waitSeconds at most ─► tells
 *                        │ it goes into ALARM                          ▲
 *                        ▼                                             │
 *                    says nothing ─► it ends ─► extensionSeconds more ─┘ if still in ALARM
 * ```
 *
 * An alarm that ends before its turn to tell says nothing. Without a suppressor it tells at once.
 *
 * @see Amazon CloudWatch, "Suppressing composite alarm actions", read 2026-11-22
 */
export function createTeller(suppressor: CompositeAlarm['suppressor']): Teller {
  const { waitSeconds = 0, extensionSeconds = 0 } = suppressor ?? {};
  let isTold = false;
  let wasSuppressorInAlarm = false;
  let waitsUntilMs: number | undefined;
  let extendsUntilMs = 0;
  return {
    see: (atMs, isInAlarm, isSuppressorInAlarm) => {
      if (wasSuppressorInAlarm && !isSuppressorInAlarm) {
        extendsUntilMs = atMs + extensionSeconds * 1_000;
      }
      wasSuppressorInAlarm = isSuppressorInAlarm;
      if (!isInAlarm) isTold = false;
      if (!isInAlarm || isSuppressorInAlarm) waitsUntilMs = undefined;
      if (isTold || !isInAlarm || isSuppressorInAlarm) return false;
      waitsUntilMs ??= atMs + waitSeconds * 1_000;
      isTold = atMs >= Math.max(waitsUntilMs, extendsUntilMs);
      return isTold;
    },
  };
}
