/** What must hold so that one canary is over before the next one is sent. */
import type { Settings } from './relation.ts';

/** A run ends before the next one begins. */
export function canariesDoNotOverlap({ config, stage }: Settings): string | undefined {
  const { canary } = config;
  if (canary === undefined) return undefined;
  const runSeconds = canary.patienceSeconds + stage.canary.closingSeconds;
  const intervalSeconds = canary.everyMinutes * 60;
  return runSeconds < intervalSeconds
    ? undefined
    : `canary.patienceSeconds is ${canary.patienceSeconds}; it must be less than ` +
        `${intervalSeconds - stage.canary.closingSeconds}, canary.everyMinutes (${canary.everyMinutes}) less ` +
        `${stage.canary.closingSeconds} s for the end of a run`;
}
