import { PEPPER_LENGTH_MIN } from '../../core/pipeline-limits.ts';
import type { SourceSecretFacts } from '../secret/source-secret-facts.ts';
import { type Check, checksOf } from './check.ts';

const DAY_MS = 86_400_000;

/** A secret that is older should be changed: nobody knows any more who has seen it. */
const AGE_MAX_DAYS = 365;

const make = checksOf('secrets');

/** A source, and what is known of its secret. */
export interface CheckedSource {
  readonly source: string;
  readonly provider: string;
  /** Its leads are read from the sender's API, which takes a token. */
  readonly readsDetails: boolean;
}

/**
 * Checks the secret of a source.
 *
 * @param command writes a command for this target
 */
export function checkSourceSecret(
  { source, provider, readsDetails }: CheckedSource,
  secret: SourceSecretFacts,
  nowMs: number,
  command: (...words: readonly string[]) => string,
): readonly Check[] {
  const add = command('source add', provider, '--name', source);
  const name = `source.${source}`;
  switch (secret.kind) {
    case 'none':
      return [make.ok(name, `${source} has no secret, and needs none.`)];
    case 'missing':
      return [
        make.problem(
          name,
          `${source} has no secret: its sender gets 503.`,
          `Deploy (or start anew on this machine), then: ${add}`,
        ),
      ];
    case 'unreadable':
      return [
        make.warning(
          name,
          `Could not look at the secret of ${source}: ${secret.why}.`,
          'It needs secretsmanager:GetSecretValue and DescribeSecret, and kms:Decrypt on the key of the stage.',
        ),
      ];
    case 'not_stored':
      return [
        make.problem(
          name,
          `${source} still has the secret that the stack made, and its sender shows one of its own: every request is refused.`,
          add,
        ),
      ];
    case 'invalid':
      return [make.problem(name, `${secret.why}: its sender gets 503.`, `${add} --rotate`)];
    case 'stored':
      return [
        ageCheck(name, source, secret.changedAtMs, nowMs, command),
        ...previousCheck(source, secret.previous, nowMs, command),
        ...(readsDetails && !secret.hasApiToken
          ? [
              make.problem(
                `${name}.api_token`,
                `${source} has no api_token, and its submissions are read from the sender's API: each is set aside.`,
                add,
              ),
            ]
          : []),
      ];
  }
}

function ageCheck(
  name: string,
  source: string,
  changedAtMs: number | undefined,
  nowMs: number,
  command: (...words: readonly string[]) => string,
): Check {
  const days = changedAtMs === undefined ? undefined : Math.floor((nowMs - changedAtMs) / DAY_MS);
  if (days !== undefined && days > AGE_MAX_DAYS) {
    return make.warning(
      name,
      `The secret of ${source} is ${days} days old.`,
      `Change it; no request is lost: ${command('source rotate', source)}`,
    );
  }
  const age = days === undefined ? '' : `, ${days} day${days === 1 ? '' : 's'} old`;
  return make.ok(name, `${source} has its secret${age}.`);
}

function previousCheck(
  source: string,
  previous: Extract<SourceSecretFacts, { kind: 'stored' }>['previous'],
  nowMs: number,
  command: (...words: readonly string[]) => string,
): readonly Check[] {
  if (previous === undefined) return [];
  const name = `source.${source}.previous`;
  const finish = command('source rotate', source, '--finish');
  if (previous.isOver) {
    return [make.ok(name, `The previous secret of ${source} is no longer accepted.`)];
  }
  if (previous.untilMs !== undefined) {
    const days = Math.ceil((previous.untilMs - nowMs) / DAY_MS);
    return [
      make.ok(
        name,
        `The previous secret of ${source} is accepted for ${days} more day${days === 1 ? '' : 's'}.`,
      ),
    ];
  }
  return [
    make.warning(
      name,
      `The previous secret of ${source} is accepted without an end.`,
      `When the sender uses the new one, take it out: ${finish}`,
    ),
  ];
}

/**
 * Checks the key of every hash that stands for a person.
 *
 * @param pepper `undefined` when the store has no such secret
 */
export function checkPepper(pepper: string | undefined): Check {
  const name = 'pepper';
  if (pepper === undefined) {
    return make.problem(
      name,
      'The pepper, the key of the hashes that stand for people, is missing: nothing can be taken in.',
      'Restore the very same secret (Secrets Manager keeps a deleted one for 7 to 30 days). A new one makes everybody somebody new.',
    );
  }
  return pepper.length >= PEPPER_LENGTH_MIN
    ? make.ok(name, 'The pepper is there.')
    : make.problem(
        name,
        `The pepper has fewer than ${PEPPER_LENGTH_MIN} characters, and is refused.`,
        'Restore the one that the stack made.',
      );
}

/**
 * How the credentials for Zoho stand.
 *
 * @param state `empty`: as the stack made them, or not all of them filled in
 */
export function checkZohoCredentials(
  state: 'missing' | 'empty' | 'filled',
  secretId: string,
  command: (...words: readonly string[]) => string,
): Check {
  const rotate = command('zoho rotate --client --reason "…"');
  switch (state) {
    case 'filled':
      return make.ok('zoho', 'The credentials for Zoho are filled in.');
    case 'missing':
      return make.problem(
        'zoho',
        `There is no secret ${secretId}.`,
        'Deploy the stage again: the stack makes it.',
      );
    case 'empty':
      return make.problem(
        'zoho',
        'The credentials for Zoho are not filled in: leads cannot be delivered.',
        `Put client_id, client_secret and refresh_token into ${secretId} (docs/deploy.md, "Put the secrets in place"), or: ${rotate}`,
      );
  }
}
