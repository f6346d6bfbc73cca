import type { BreakerReason } from '../../../lambdas/core/breaker.ts';
import { breakerDeferralMs } from '../../../lambdas/core/retry-schedule.ts';
import {
  BREAKER_TOUCHED,
  type BreakerStatus,
  breakerStatus,
  closeBreaker,
  openBreaker,
} from '../../../lambdas/operations/delivery/control-breaker.ts';
import { parseReason } from '../../../lambdas/operations/quarantine/execute-replay.ts';
import { onRecord } from '../../../lambdas/operations/journal/on-record.ts';
import { describeBreakerRemedy } from './breaker-remedy.ts';
import { commandLine } from '../text/command-line.ts';
import { type OpenTargetOptions, openTarget } from '../target/open-target.ts';
import { shortTime } from '../../../lambdas/core/short-time.ts';
import type { OperatorTarget } from '../target/target.ts';

/** What an operator wants of the breaker. */
export interface RunBreakerOptions extends OpenTargetOptions {
  readonly action: 'status' | 'open' | 'close';
  /** Required to open or close it. */
  readonly reason?: string;
  readonly json: boolean;
  readonly print: (line: string) => void;
}

/**
 * Shows, opens or closes the breaker.
 *
 * @returns the exit code: 0
 * @throws {ReasonError} before anything is looked at
 * @throws {OperatorError} the target can't be reached
 * @throws {StoreUnavailableError} the breaker could not be read or written
 */
export async function runBreaker(options: RunBreakerOptions): Promise<number> {
  const { action, json, print, config } = options;
  const reason = action === 'status' ? undefined : parseReason(options.reason ?? '');
  const target = await openTarget(options);
  try {
    const done = await act(action, target, reason ?? '');
    const status = await breakerStatus(target.ports, config.delivery);
    if (json) {
      const acted = done === undefined ? {} : { done, by: target.by, reason };
      print(JSON.stringify({ status, ...acted }, undefined, 2));
      return 0;
    }
    if (done === 'changed') print(`${CHANGED[action]} by ${target.by}: ${reason ?? ''}`);
    if (done === 'unchanged') print('Nothing was changed.');
    for (const line of describeBreaker(status, target.name)) print(line);
    if (done === 'changed' && action === 'close') {
      const minutes = Math.ceil(breakerDeferralMs(config.delivery.breaker.openMaxMs, 1) / 60_000);
      print(`Leads that wait come back within ${minutes} minutes; new ones are delivered at once.`);
      print('If what opened it is not mended, it opens again at the first call.');
      print(
        `Leads that were set aside meanwhile are in quarantine:  ${commandLine('quarantine list', ...target.options)}`,
      );
    }
    for (const line of describeBreakerRemedy(status, target.options)) print(line);
    return 0;
  } finally {
    target.close();
  }
}

const CHANGED = { status: '', open: 'Opened', close: 'Closed' } as const;

const BECAUSE: Readonly<Record<BreakerReason, string>> = {
  failures: 'Zoho did not answer, or only with errors of its own',
  credits: "the day's API credits are used up to the reserve",
  authorization: 'Zoho no longer accepts the credentials; mend them, then close it',
  misconfigured:
    'Zoho does not know the configured module, field or address; mend that, then close it',
  operator: 'a person stopped deliveries',
};

/** How the breaker stands, in sentences. */
export function describeBreaker(status: BreakerStatus, target: string): readonly string[] {
  const { state, reason, openedAt, openUntil, failuresInRow, creditsRemaining, operator } = status;
  const because = reason === undefined ? '' : `: ${BECAUSE[reason]}`;
  const credits =
    creditsRemaining === undefined
      ? []
      : [`Zoho API credits left today: ${creditsRemaining}. Deliveries are slowed down.`];
  const last =
    operator === undefined
      ? []
      : [
          `Last changed by hand at ${shortTime(operator.at)}, by ${operator.by}: ${operator.reason}`,
        ];
  switch (state) {
    case 'closed':
      return [
        `The breaker of ${target} is closed: leads are delivered.`,
        ...(failuresInRow === 0 ? [] : [`Calls that failed in a row: ${failuresInRow}.`]),
        ...credits,
        ...last,
      ];
    case 'half_open':
      return [
        `The breaker of ${target} is half open${because}.`,
        'One delivery tries whether Zoho is back; if so, all go on.',
        ...credits,
        ...last,
      ];
    case 'open':
      return [
        `The breaker of ${target} is OPEN${because}.`,
        `Since ${openedAt === undefined ? '?' : shortTime(openedAt)}, ${
          openUntil === undefined
            ? 'until a person closes it'
            : `and until ${shortTime(openUntil)}, when one delivery tries again`
        }. Leads are taken in and wait.`,
        ...credits,
        ...last,
      ];
  }
}

async function act(
  action: RunBreakerOptions['action'],
  { ports, by }: OperatorTarget,
  reason: string,
): Promise<'changed' | 'unchanged' | undefined> {
  switch (action) {
    case 'status':
      return undefined;
    case 'open':
      return await recorded('breaker_opened', async () => await openBreaker(ports, { by, reason }));
    case 'close':
      return await recorded(
        'breaker_closed',
        async () => await closeBreaker(ports, { by, reason }),
      );
  }

  async function recorded(
    name: 'breaker_opened' | 'breaker_closed',
    change: () => Promise<'changed' | 'unchanged'>,
  ): Promise<'changed' | 'unchanged'> {
    const planned = { action: name, by, reason, touched: [BREAKER_TOUCHED] };
    return await onRecord(planned, ports, async () => {
      const result = await change();
      return result === 'changed' ? { result } : { result, touched: [] };
    });
  }
}
