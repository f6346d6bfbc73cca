import { SecretUnavailableError } from '../../core/errors.ts';
import type { SecretVault, StoredSecret } from '../../core/ports/secret-vault.ts';
import { bindProvider } from '../../providers/bind-provider.ts';
import { GUIDES, type SourceConfig } from '../../providers/catalogue.ts';
import type { SourceSecrets } from '../../providers/provider.ts';
import { parseSourceSecrets } from '../../providers/verification/source-secrets.ts';

/**
 * What is known of a source's secret, without any of its values. Times are epoch milliseconds.
 *
 * - `none`: the source has none
 * - `missing`: the store has no secret of that name
 * - `unreadable`: the store did not answer, or refused
 * - `invalid`: it has not the form that this sender's secrets have; `why` names what is wrong
 * - `not_stored`: it is what the stack generated, and the sender shows a secret of its own
 * - `stored`: it can be verified with
 */
export type SourceSecretFacts =
  | { readonly kind: 'none' | 'missing' | 'not_stored' }
  | { readonly kind: 'unreadable' | 'invalid'; readonly why: string }
  | {
      readonly kind: 'stored';
      /** When it was last written; absent where the store does not tell. */
      readonly changedAtMs?: number;
      /** Made by the stack, and never replaced. */
      readonly isGenerated: boolean;
      readonly previous?: PreviousFacts;
      /** Whether a token for the sender's API is there, where one is needed. */
      readonly hasApiToken: boolean;
    };

/** The secret from before, which is accepted beside the present one. Times are epoch milliseconds. */
export interface PreviousFacts {
  readonly sinceMs?: number;
  /** Absent: until it is taken out. */
  readonly untilMs?: number;
  /** Its time is over; it is no longer accepted. */
  readonly isOver: boolean;
}

/** What looking at a source's secret needs. */
export interface SourceSecretQuestion {
  readonly vault: Pick<SecretVault, 'read'>;
  readonly secretId: string;
  /** Whether the functions can verify with a secret of this source. */
  readonly isUsable: (source: SourceConfig, current: string) => boolean;
  readonly nowMs: number;
}

/** Looks at the secret of a source. Never throws for what the store does. */
export async function lookAtSourceSecret(
  name: string,
  source: SourceConfig,
  { vault, secretId, isUsable, nowMs }: SourceSecretQuestion,
): Promise<SourceSecretFacts> {
  const provider = bindProvider(source);
  if (!provider.hasSecret && provider.detailsApi === undefined) return { kind: 'none' };
  let stored: StoredSecret | undefined;
  try {
    stored = await vault.read(secretId);
  } catch (error) {
    if (!(error instanceof SecretUnavailableError)) throw error;
    const cause = error.cause instanceof Error ? `: ${error.cause.name}` : '';
    return { kind: 'unreadable', why: `${error.message}${cause}` };
  }
  if (stored === undefined) return { kind: 'missing' };
  const isTheirs = !provider.provesSender || GUIDES[source.provider].secret === 'theirs';
  if (stored.isGenerated && isTheirs && provider.authentication.kind !== 'url_token') {
    return { kind: 'not_stored' };
  }
  return factsOf(name, source, stored, isUsable, nowMs);
}

function factsOf(
  name: string,
  source: SourceConfig,
  stored: StoredSecret,
  isUsable: SourceSecretQuestion['isUsable'],
  nowMs: number,
): SourceSecretFacts {
  let secrets: SourceSecrets;
  try {
    secrets = parseSourceSecrets(name, stored.text);
  } catch (error) {
    if (!(error instanceof SecretUnavailableError)) throw error;
    return { kind: 'invalid', why: error.message };
  }
  if (!isUsable(source, secrets.current)) {
    return { kind: 'invalid', why: `The secret of ${name} has not the form of this sender's` };
  }
  return {
    kind: 'stored',
    isGenerated: stored.isGenerated,
    hasApiToken: secrets.apiToken !== undefined,
    ...(stored.changedAtMs === undefined ? {} : { changedAtMs: stored.changedAtMs }),
    ...(secrets.previous === undefined ? {} : { previous: previousOf(secrets, nowMs) }),
  };
}

function previousOf(
  { previousSinceMs, previousUntilMs }: SourceSecrets,
  nowMs: number,
): PreviousFacts {
  return {
    isOver: previousUntilMs !== undefined && previousUntilMs <= nowMs,
    ...(previousSinceMs === undefined ? {} : { sinceMs: previousSinceMs }),
    ...(previousUntilMs === undefined ? {} : { untilMs: previousUntilMs }),
  };
}
