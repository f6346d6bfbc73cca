import { onRecord } from '../../../lambdas/operations/journal/on-record.ts';
import { parseSourceSecrets } from '../../../lambdas/providers/verification/source-secrets.ts';
import type { BoundProvider } from '../../../lambdas/providers/bind-provider.ts';
import type { ProviderGuide } from '../../../lambdas/providers/guide.ts';
import { makeSecret, makeToken } from '../../make-secret.ts';
import type { SecretPrompt } from './ask-secret.ts';
import { OperatorError } from '../operator-error.ts';
import {
  isUsableSecret,
  type MemberPlan,
  type SecretMembers,
  type SourceSecretPlan,
} from './plan-source-secret.ts';
import type { OperatorTarget } from '../target/target.ts';

/** What was done to a member: it stayed, was made here, or was given. */
export type MemberChange = 'kept' | 'made' | 'given' | 'moved';

/** What was done to a source's secret, by member. */
export type MemberChanges = Readonly<Record<string, MemberChange>>;

/** Where a secret goes, and who is asked. */
export interface StoreOptions {
  readonly name: string;
  readonly provider: Pick<BoundProvider, 'authentication' | 'provesSender'>;
  readonly guide: Pick<ProviderGuide, 'title'>;
  readonly secretId: string;
  readonly target: Pick<OperatorTarget, 'by' | 'ports'>;
  readonly openPrompt: () => SecretPrompt;
}

/** Whether a person has to give something. */
export function asksSomebody({ members }: SourceSecretPlan): boolean {
  return Object.values(members).some((plan) => plan === 'ask' || plan === 'ask_or_keep');
}

/** Makes what a plan makes here. Nothing of it is stored yet. */
export function makeMembers(
  plan: SourceSecretPlan,
  { authentication }: Pick<BoundProvider, 'authentication'>,
): SecretMembers {
  return Object.fromEntries(
    Object.entries(plan.members)
      .filter(([, member]) => member === 'make')
      .map(([member]) => [member, member === 'current' ? makeSecret(authentication) : makeToken()]),
  );
}

/** Whether a plan changes anything. */
export function needsWriting({ members }: SourceSecretPlan): boolean {
  return Object.values(members).some((plan) => plan !== 'keep');
}

/**
 * Does what was planned: asks for what a person has, and writes once. Members that the plan does not name stay.
 *
 * @param made by `makeMembers`
 * @throws {OperatorError} nothing was given, or something that cannot be this sender's secret
 * @throws {SecretUnavailableError} it could not be written
 * @throws {StoreUnavailableError} it could not be put on record; nothing was changed
 */
export async function storeSecret(
  plan: SourceSecretPlan,
  made: SecretMembers,
  options: StoreOptions,
): Promise<MemberChanges> {
  if (!needsWriting(plan)) return kept(plan);
  const { name, secretId, target } = options;
  const given = await askFor(plan, options);
  const replaced = { ...made, ...given };
  const { current } = plan.stored;
  const isMoved = plan.movesCurrent && current !== undefined && replaced['current'] !== current;
  const moved = isMoved ? { previous: current } : {};
  // The times of a rotation before this one are not those of the secret that is moved.
  const { previous_since: _since, previous_until: _until, ...untimed } = plan.stored;
  const stored = isMoved ? untimed : plan.stored;
  const text = JSON.stringify({ ...stored, ...moved, ...replaced });
  // What the functions would answer 503 for must not be stored.
  parseSourceSecrets(name, text);
  const act = {
    action: 'source_secret_stored',
    by: target.by,
    reason: 'source add',
    touched: [{ kind: 'source', id: name }],
  } as const;
  await onRecord(act, target.ports, async () => ({
    result: await target.ports.vault.write(secretId, text),
  }));
  return {
    ...kept(plan),
    ...changesOf(moved, 'moved'),
    ...changesOf(made, 'made'),
    ...changesOf(given, 'given'),
  };
}

async function askFor(plan: SourceSecretPlan, options: StoreOptions): Promise<SecretMembers> {
  if (!asksSomebody(plan)) return {};
  const asked = Object.entries(plan.members).filter(
    ([, member]) => member === 'ask' || member === 'ask_or_keep',
  );
  const prompt = options.openPrompt();
  try {
    const given: Record<string, string> = {};
    for (const [member, how] of asked) {
      const answer = await prompt.ask(questionOf(member, how, options));
      if (answer !== '') given[member] = checked(member, answer, options);
      else if (how === 'ask') {
        throw new OperatorError('No secret was given; nothing was changed.');
      }
    }
    return given;
  } finally {
    prompt.close();
  }
}

function questionOf(member: string, how: MemberPlan, options: StoreOptions): string {
  const { guide, name, provider } = options;
  const shownBy = provider.provesSender ? guide.title : 'Turnstile';
  const what =
    member === 'current'
      ? `Secret of ${name}, as ${shownBy} shows it`
      : `Token for the API of ${guide.title}, from which the details of ${name} are read`;
  const keep = how === 'ask_or_keep' ? '; empty keeps the present one' : '';
  return `${what} (it is not shown${keep}): `;
}

/**
 * Holds what a person gave against the form that secrets of this sender have.
 *
 * @throws {OperatorError} it cannot be one
 */
export function checked(
  member: string,
  answer: string,
  { provider }: Pick<StoreOptions, 'provider'>,
): string {
  if (member !== 'current' || isUsableSecret(provider.authentication, answer)) return answer;
  throw new OperatorError(
    'That cannot be the secret: it is too short, or not in the form in which this sender has secrets. Nothing was changed.',
  );
}

function kept({ stored }: SourceSecretPlan): Record<string, MemberChange> {
  return changesOf(stored, 'kept');
}

function changesOf(members: SecretMembers, change: MemberChange): Record<string, MemberChange> {
  return Object.fromEntries(Object.keys(members).map((member) => [member, change]));
}

/** What was done to a secret, in sentences that hold nothing of it. */
export function describeStored(changes: MemberChanges): readonly string[] {
  const { current, previous, verify_token: verifyToken, api_token: apiToken } = changes;
  return [
    ...(current === 'kept'
      ? ['There is a secret already, and it stays. To replace it: --rotate']
      : []),
    ...(current === 'made' ? ['A new secret was made and stored.'] : []),
    ...(current === 'given' ? ['The secret was stored.'] : []),
    ...(previous === 'moved'
      ? [
          'Requests with the one before are accepted, too, until you take "previous" out of the secret.',
        ]
      : []),
    ...(verifyToken === 'made' ? ['A token for the handshake was made and stored.'] : []),
    ...(apiToken === 'given' ? ["The token for the sender's API was stored."] : []),
    ...(apiToken === 'kept'
      ? ["There is a token for the sender's API already, and it stays."]
      : []),
    ...(Object.values(changes).some((change) => change !== 'kept')
      ? ['The functions see it within 5 minutes.']
      : []),
  ];
}
