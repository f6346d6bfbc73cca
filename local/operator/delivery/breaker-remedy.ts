import type { BreakerStatus } from '../../../lambdas/operations/delivery/control-breaker.ts';
import { commandLine } from '../text/command-line.ts';

/**
 * What ends a standstill of deliveries, by its reason: sentences, each with the command that does it.
 *
 * @param options the options that name the target again
 * @returns nothing while deliveries go on, or one tries whether they may
 */
export function describeBreakerRemedy(
  { state, reason }: BreakerStatus,
  options: readonly string[],
): readonly string[] {
  if (state !== 'open' || reason === undefined) return [];
  const command = (name: string): string => commandLine(name, ...options);
  const withReason = (name: string): string => `${command(name)} --reason "…"`;
  const setAside = `Leads that Zoho refused for it, if any:  ${command('quarantine list')}`;
  switch (reason) {
    case 'operator':
      return [`To let deliveries go on:  ${withReason('resume')}`];
    case 'failures':
    case 'credits':
      return [`That ends by itself. To try at once all the same:  ${withReason('breaker close')}`];
    case 'authorization':
      return [
        `What it is:  ${command('doctor')}`,
        `Was the refresh token revoked? Make a new one, and:  ${withReason('zoho rotate')}`,
        `Does its user lack a right? Give it back in Zoho, then:  ${withReason('breaker close')}`,
        setAside,
      ];
    case 'misconfigured':
      return [
        `What it is:  ${command('mapping check')}`,
        `When that is mended:  ${withReason('breaker close')}`,
        setAside,
      ];
  }
}
