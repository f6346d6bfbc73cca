import { SecretUnavailableError } from '../../../lambdas/core/errors.ts';
import type { StoredSecret } from '../../../lambdas/core/ports/secret-vault.ts';
import type { BoundProvider } from '../../../lambdas/providers/bind-provider.ts';
import type { ProviderGuide } from '../../../lambdas/providers/guide.ts';
import { signedHeaderNames } from '../../../lambdas/providers/verification/authentication.ts';
import { parseSourceSecrets } from '../../../lambdas/providers/verification/source-secrets.ts';
import { verify } from '../../../lambdas/providers/verification/verify.ts';
import { proofOf, signSample } from '../../samples/sample-signing.ts';

/** The members of a source's secret, as they are stored. */
export type SecretMembers = Readonly<Record<string, string>>;

/**
 * What is to become of one member of a source's secret.
 *
 * - `keep`: it stays
 * - `make`: a new one is made here
 * - `ask`: the person has it; `ask_or_keep`: no answer means that it stays
 */
export type MemberPlan = 'keep' | 'make' | 'ask' | 'ask_or_keep';

/** What is to become of a source's secret. */
export interface SourceSecretPlan {
  readonly members: Readonly<Partial<Record<'current' | 'verify_token' | 'api_token', MemberPlan>>>;
  /** What is there now. */
  readonly stored: SecretMembers;
  /** The present `current` is accepted a while longer, as `previous`. */
  readonly movesCurrent: boolean;
}

/** What a plan is made of. */
export interface SecretSituation {
  readonly provider: Pick<BoundProvider, 'authentication' | 'provesSender'>;
  readonly guide: Pick<ProviderGuide, 'secret' | 'steps'>;
  /** Whether its leads are read from the provider's API, which takes a token. */
  readonly readsDetails: boolean;
  /** The sender has made the secret, whatever is usual. */
  readonly isTheirs: boolean;
  readonly stored: StoredSecret;
  readonly rotate: boolean;
}

/**
 * Decides what becomes of each member of a source's secret. A `current` that a sender may be using is replaced
 * only when that was asked for; what the stack generated is no sender's own.
 */
export function planSourceSecret(situation: SecretSituation): SourceSecretPlan {
  const { provider, guide, readsDetails, rotate } = situation;
  const stored = readMembers(situation.stored.text);
  const fromThem = isFromSender(situation);
  const isUsable = isUsableSecret(provider.authentication, stored['current']);
  const isLive = isUsable && !(fromThem && situation.stored.isGenerated);
  const named = guide.steps.some((step) => step.includes('{verify_token}'));
  return {
    members: {
      current: isLive && !rotate ? 'keep' : fromThem ? 'ask' : 'make',
      ...(named ? { verify_token: stored['verify_token'] === undefined ? 'make' : 'keep' } : {}),
      ...(readsDetails ? { api_token: planToken(stored['api_token'], rotate) } : {}),
    },
    stored,
    movesCurrent: isLive && rotate,
  };
}

/**
 * Whether somebody else shows the secret: the sender, or whoever tells people from programs. An address that ends
 * with one can only be ours.
 */
function isFromSender({ provider, guide, isTheirs }: SecretSituation): boolean {
  if (!provider.provesSender) return true;
  return provider.authentication.kind !== 'url_token' && (isTheirs || guide.secret === 'theirs');
}

function planToken(stored: string | undefined, rotate: boolean): MemberPlan {
  if (stored === undefined) return 'ask';
  return rotate ? 'ask_or_keep' : 'keep';
}

/** The members that are there; none of what is no object of texts. */
function readMembers(text: string): SecretMembers {
  try {
    const value: unknown = JSON.parse(text);
    const entries = Object.entries(Object(value) as Record<string, unknown>);
    return Object.fromEntries(
      entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    );
  } catch {
    return {};
  }
}

/** Whether the functions can verify with a secret: whether it is long enough, and of the sender's form. */
export function isUsableSecret(
  authentication: BoundProvider['authentication'],
  secret: string | undefined,
): boolean {
  if (secret === undefined) return false;
  try {
    const secrets = parseSourceSecrets('it', JSON.stringify({ current: secret }));
    const headers = signedHeaders(authentication);
    const { signing } = proofOf(authentication, secret, headers, '{}');
    const request = { headers, body: '{}', ...(signing === undefined ? {} : { signing }) };
    const signed = {
      method: 'POST',
      headers: signSample(request, AT_MS),
      body: new TextEncoder().encode('{}'),
    };
    // Whether it fits does not matter: only a secret that is none of this sender's makes it throw.
    verify(signed, authentication, secrets, AT_MS);
    return true;
  } catch (error) {
    if (error instanceof SecretUnavailableError) return false;
    throw error;
  }
}

/** Any time that senders could sign. */
const AT_MS = 1_800_000_000_000;

function signedHeaders(authentication: BoundProvider['authentication']): Record<string, string> {
  if (authentication.kind !== 'hmac') return {};
  const names = Object.values(authentication.variants).flatMap(signedHeaderNames);
  return Object.fromEntries(names.map((name) => [name, 'x']));
}
