import type { SourceSecrets } from './provider.ts';

/** The secrets of a signed source. To verify one without them is a programmer's error. */
export function requireSecrets(secrets: SourceSecrets | undefined): SourceSecrets {
  if (secrets === undefined) throw new Error('A signed source was verified without its secrets');
  return secrets;
}
