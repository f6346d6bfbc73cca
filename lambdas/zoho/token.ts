import { failure } from '../core/failure.ts';
import type { Log } from '../core/ports/telemetry.ts';
import type { SecretAge } from '../core/ports/world.ts';
import { type Deadline, DeadlinePassedError } from './deadline.ts';
import { sameFingerprint } from './seal-token.ts';
import { createKeyReader, type KeyReading, type TokenKeys } from './token-keys.ts';
import {
  type AccessToken,
  type HeldToken,
  isUsable,
  stepToToken,
  type TokenFailed,
  type TokenStepWorld,
} from './token-step.ts';

/** A token to use now, or why there is none. */
export type TokenResult = { readonly kind: 'token'; readonly token: AccessToken } | TokenFailed;

/** The access token that all functions share. Never throws. */
export interface AccessTokens {
  /** A token that was good when last seen: from memory, from the shared item, or a new one. */
  current(deadline: Deadline): Promise<TokenResult>;
  /**
   * Another token than one that Zoho has just turned down: whatever the shared item holds by now, and
   * a new one only if it still holds that very token.
   */
  replace(rejected: AccessToken, deadline: Deadline): Promise<TokenResult>;
  /**
   * Whether the credentials in the secret store are others than those that the last token was asked for with: a
   * token that was new and is turned down may have ended with the credentials before.
   */
  wereReplaced(deadline: Deadline): Promise<boolean>;
}

/** What the shared token needs of the world. */
export interface AccessTokenOptions extends TokenStepWorld {
  /** The secret's text. */
  readonly readCredentials: (age?: SecretAge) => Promise<string>;
}

/** Between two looks at the shared item while another function gets the token. */
const POLL_MS = 200;

/** Looks at the shared item in one search for a token: at the interval above, about 20 seconds. */
const STEPS_MAX = 100;

/**
 * Builds the access to the shared token: at most one search for it at a time in this function, and,
 * through the shared item's lease, at most one request for it among all functions.
 */
export function createAccessTokens(options: AccessTokenOptions): AccessTokens {
  const readKeys = createKeyReader(options.readCredentials, options.log);
  const stepOptions = { ...options, readKeys };
  /** The credentials that the last search used. */
  let keysInUse: TokenKeys | undefined;
  let held: HeldToken | undefined;
  let rejected = '';
  let underWay: Promise<TokenResult> | undefined;

  function heldFor(secret: string): HeldToken | undefined {
    return held?.secret === secret && isUsable(held, rejected, options.clock.nowMs())
      ? held
      : undefined;
  }

  async function obtain(deadline: Deadline): Promise<TokenResult> {
    const reading = await deadline.within(readKeys());
    const fallback = heldFor(reading.kind === 'keys' ? reading.keys.secret : (held?.secret ?? ''));
    if (fallback !== undefined && fallback.refreshAtMs > options.clock.nowMs()) {
      return { kind: 'token', token: fallback };
    }
    const result = await search(reading, deadline);
    if (result.kind === 'token') {
      held = result.token;
      return result;
    }
    return fallback !== undefined && result.failure.class === 'retryable'
      ? { kind: 'token', token: fallback }
      : result;
  }

  async function search(
    reading: KeyReading,
    deadline: Deadline,
  ): Promise<TokenFailed | { kind: 'token'; token: HeldToken }> {
    let current = reading;
    let fresh = false;
    try {
      for (let steps = 0; steps < STEPS_MAX; steps += 1) {
        if (current.kind === 'failed') return current;
        const { keys } = current;
        keysInUse = keys;
        const step = await deadline.within(
          stepToToken(stepOptions, keys, fresh, rejected, deadline),
        );
        if (step.kind === 'token' || step.kind === 'failed') return step;
        if (step.kind === 'reread') {
          // The credentials may have been replaced: the old pair must not be held against us.
          fresh = true;
          const reread = await deadline.within(readKeys({ fresh: true }));
          if (reread.kind === 'keys' || reread.failure.class === 'authorization') current = reread;
        } else if (step.kind === 'wait') {
          await deadline.within(options.clock.sleep(POLL_MS * (0.5 + options.random.next())));
        }
      }
      return unavailable('another function is still asking for one');
    } catch (error) {
      return searchFailed(error, options.log);
    }
  }

  async function shared(deadline: Deadline): Promise<TokenResult> {
    underWay ??= obtain(deadline).finally(() => {
      underWay = undefined;
    });
    try {
      return await deadline.within(underWay);
    } catch {
      return unavailable('there was no time left');
    }
  }

  return {
    current: shared,
    replace: async (turnedDown, deadline) => {
      rejected = turnedDown.fingerprint;
      const result = await shared(deadline);
      // A search that began before the rejection may bring the very same token back.
      return result.kind === 'token' && sameFingerprint(result.token.fingerprint, rejected)
        ? shared(deadline)
        : result;
    },
    wereReplaced: async (deadline) => {
      const reading = readKeys({ sinceMs: options.clock.nowMs() });
      return await isOther(deadline.within(reading), keysInUse);
    },
  };
}

/** Whether other keys were read; not where none were, in time. */
async function isOther(
  reading: Promise<KeyReading>,
  used: TokenKeys | undefined,
): Promise<boolean> {
  try {
    const read = await reading;
    return read.kind === 'keys' && read.keys.secret !== used?.secret;
  } catch {
    return false;
  }
}

function searchFailed(error: unknown, log: Log): TokenFailed {
  if (error instanceof DeadlinePassedError) return unavailable('there was no time left');
  log.error('The shared Zoho access token could not be read or stored', {}, error);
  return unavailable('the table did not answer');
}

function unavailable(detail: string): TokenFailed {
  return { kind: 'failed', failure: failure('crm_token_unavailable', detail) };
}
