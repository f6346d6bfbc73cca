import { type BuiltCanaryPorts, buildCanary } from '../lambdas/canary/build-canary.ts';
import type { CanaryResult } from '../lambdas/canary/run-canary.ts';
import type { HoldfastConfig } from '../lambdas/core/config.ts';
import { startScheduler } from './scheduler.ts';

/** A canary that is sent again and again. */
export interface LocalCanary {
  /** Sends one now, and follows it. Absent where none is configured, or where nothing is delivered. */
  readonly sendCanary?: () => Promise<CanaryResult>;
}

/**
 * Starts the canary of a pipeline on this machine, as the stack would.
 *
 * @param env see `CanaryEnv`
 * @param running stops it again
 */
export function startCanary(
  {
    config,
    zohoEnabled = true,
  }: { readonly config: HoldfastConfig; readonly zohoEnabled?: boolean },
  env: Readonly<Record<string, string | undefined>>,
  functions: {
    readonly canaryAdapters: Partial<BuiltCanaryPorts>;
    readonly reportFault: (service: string) => (error: unknown) => void;
  },
  running: { add(stop: () => Promise<void>): void },
): LocalCanary {
  const { canary } = config;
  if (canary === undefined || !zohoEnabled) return {};
  const sendCanary = buildCanary(env, config, functions.canaryAdapters);
  const scheduler = startScheduler({
    everyMs: canary.everyMinutes * 60_000,
    run: sendCanary,
    onError: functions.reportFault('canary'),
  });
  running.add(scheduler.stop);
  return { sendCanary };
}
