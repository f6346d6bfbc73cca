import { SecretChangedError } from '../../core/errors.ts';
import type { EventStore } from '../../core/ports/events.ts';
import type { SecretVault } from '../../core/ports/secret-vault.ts';
import type { SourceSecrets } from '../../providers/provider.ts';
import { parseSourceSecrets, secretsAt } from '../../providers/verification/source-secrets.ts';
import { onRecord, type RecordPorts } from '../journal/on-record.ts';

/*
 * A source's secret while it is being replaced:
 *
 *   {current: A} ──rotate──► {current: B, previous: A, previous_since, previous_until}
 *                                 │ the time comes: A is refused      │ finish
 *                                 ▼                                   ▼
 *                            (the same; A stands there unused)   {current: B}
 */

/** How the previous secret of a source stands. Times are epoch milliseconds. */
export type PreviousSecret =
  | { readonly kind: 'none' }
  | { readonly kind: 'ended'; readonly untilMs: number }
  | {
      readonly kind: 'accepted';
      readonly sinceMs?: number;
      /** Absent for one that is accepted until it is taken out. */
      readonly untilMs?: number;
      /** When a request was last verified by it, to the minute; absent when none is known of. */
      readonly lastUsedMs?: number;
    };

/** A source's secret that is to be changed, as it was read. */
export interface SecretToChange {
  readonly source: string;
  readonly secretId: string;
  /** Its members, as they are stored. */
  readonly members: Readonly<Record<string, string>>;
  /** Of the value that was read. */
  readonly version: string;
  /** An AWS identity (ARN), or `local`. */
  readonly by: string;
  /** In the operator's words, as `parseReason` leaves it. */
  readonly reason: string;
}

/** What a rotation is made of. */
export interface SourceRotation extends SecretToChange {
  /** The new secret. */
  readonly next: string;
  /** Until when the present one is accepted beside it, epoch milliseconds; absent: not at all. */
  readonly keepUntilMs?: number;
}

/** What changing a source's secret needs of the world. */
export interface SourceSecretPorts extends RecordPorts {
  readonly vault: Pick<SecretVault, 'replace'>;
}

/**
 * Says how the previous secret of a source stands, and when it was last in use.
 *
 * @throws {StoreUnavailableError} the event store did not answer
 */
export async function readPreviousSecret(
  events: Pick<EventStore, 'readPreviousSecretMs'>,
  source: string,
  secrets: SourceSecrets,
  nowMs: number,
): Promise<PreviousSecret> {
  const { previous, previousSinceMs: sinceMs, previousUntilMs: untilMs } = secrets;
  if (previous === undefined) return { kind: 'none' };
  if (untilMs !== undefined && secretsAt(secrets, nowMs).previous === undefined) {
    return { kind: 'ended', untilMs };
  }
  const usedMs = await events.readPreviousSecretMs(source);
  // What was noted before may be of the one before it.
  const isOfThisOne = usedMs !== undefined && usedMs >= (sinceMs ?? 0);
  return {
    kind: 'accepted',
    ...(sinceMs === undefined ? {} : { sinceMs }),
    ...(untilMs === undefined ? {} : { untilMs }),
    ...(isOfThisOne ? { lastUsedMs: usedMs } : {}),
  };
}

/**
 * Puts a new secret in the place of a source's present one, which is accepted beside it until a set time. On record.
 *
 * @throws {SecretChangedError} somebody changed the secret meanwhile; nothing is stored
 * @throws {SecretUnavailableError} it could not be written, or is one that the functions would not take
 * @throws {StoreUnavailableError} it could not be put on record; nothing has been done
 */
export async function rotateSourceSecret(
  rotation: SourceRotation,
  ports: SourceSecretPorts,
): Promise<void> {
  const { members, next, keepUntilMs } = rotation;
  const { current } = members;
  const kept =
    keepUntilMs === undefined || current === undefined
      ? {}
      : {
          previous: current,
          previous_since: timeOf(ports.clock.nowMs()),
          previous_until: timeOf(keepUntilMs),
        };
  const changed = { ...withoutPrevious(members), current: next, ...kept };
  await replaceMembers('secret_rotated', rotation, changed, ports);
}

/**
 * Takes a source's previous secret out, before its time. On record.
 *
 * @throws as `rotateSourceSecret`
 */
export async function finishRotation(
  secret: SecretToChange,
  ports: SourceSecretPorts,
): Promise<void> {
  const changed = withoutPrevious(secret.members);
  await replaceMembers('secret_rotation_finished', secret, changed, ports);
}

async function replaceMembers(
  action: 'secret_rotated' | 'secret_rotation_finished',
  { source, secretId, version, by, reason }: SecretToChange,
  members: Readonly<Record<string, string>>,
  ports: SourceSecretPorts,
): Promise<void> {
  const text = JSON.stringify(members);
  // What the functions would answer 503 for must not be stored.
  parseSourceSecrets(source, text);
  const touched = [{ kind: 'secret', id: source }] as const;
  await onRecord({ action, by, reason, touched }, ports, async () => {
    if ((await ports.vault.replace(secretId, text, version)) === 'changed') {
      throw new SecretChangedError(secretId);
    }
    return { result: undefined };
  });
}

function withoutPrevious(
  members: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const { previous: _previous, previous_since: _since, previous_until: _until, ...rest } = members;
  return rest;
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}
