import type { HoldfastConfig } from '../../../lambdas/core/config.ts';
import { failure } from '../../../lambdas/core/failure.ts';
import { chooseApiUrl } from '../../../lambdas/zoho/api-domain.ts';
import type { ZohoCredentials } from '../../../lambdas/zoho/credentials.ts';
import { startDeadline } from '../../../lambdas/zoho/deadline.ts';
import { takeTokenRequest } from '../../../lambdas/zoho/hand-over-token.ts';
import { missingScopes, neededScopes } from '../../../lambdas/zoho/needed-scopes.ts';
import type { AccessTokens } from '../../../lambdas/zoho/token.ts';
import { requestToken, type TokenGrant } from '../../../lambdas/zoho/token-request.ts';
import { createZohoApi } from '../../../lambdas/zoho/zoho-api.ts';
import { createLocalMetrics } from '../../local-metrics.ts';
import { zohoRefused } from '../zoho/open-zoho.ts';
import { OperatorError } from '../operator-error.ts';
import { shortTime } from '../../../lambdas/core/short-time.ts';
import type { OperatorTarget } from '../target/target.ts';
import { readModuleMetadata } from '../zoho/zoho-metadata.ts';

/** What Zoho made of credentials that are not stored yet. */
export interface TriedCredentials {
  readonly grant: TokenGrant;
  /** Where the token is used. */
  readonly apiUrl: string;
  readonly grantedAtMs: number;
  /** What speaks against them, though Zoho takes them: one sentence each. */
  readonly doubts: readonly string[];
}

/** A person waits: longer than a function would, not for ever. */
const CALL_TIMEOUT_MS = 20_000;
const WORK_TIMEOUT_MS = 60_000;

/**
 * Tries credentials at Zoho before anything of them is stored: one token request of those that Zoho allows, and one
 * look at the fields of the module and its layouts, which costs two API credits.
 *
 * @throws {OperatorError} Zoho does not take them, or does not answer; nothing was changed
 */
export async function tryCredentials(
  target: OperatorTarget,
  config: HoldfastConfig,
  credentials: ZohoCredentials,
): Promise<TriedCredentials> {
  const { zoho, ports } = target;
  const { clock } = ports;
  const taken = await takeTokenRequest(ports.tokens, clock.nowMs());
  if (taken.kind === 'none_left') {
    throw new OperatorError(
      `Zoho allows ten token requests in ten minutes, and the functions have made nine. Run this again at ${shortTime(new Date(taken.untilMs).toISOString())}. Nothing was changed.`,
    );
  }
  const grant = await requestToken(
    globalThis.fetch,
    zoho.accountsUrl,
    credentials,
    CALL_TIMEOUT_MS,
    clock,
  );
  switch (grant.kind) {
    case 'refused':
      throw new OperatorError(
        `Zoho does not take these credentials (${grant.error}): they are mistyped, revoked, or of another data centre than ${zoho.accountsUrl}. Nothing was changed.`,
      );
    case 'throttled':
      throw new OperatorError(
        'Zoho gives no more tokens for now (ten in ten minutes). Run this again in ten minutes. Nothing was changed.',
      );
    case 'unavailable':
      throw new OperatorError(
        `${zoho.accountsUrl} did not answer, or not with a token. Try again. Nothing was changed.`,
      );
    case 'granted': {
      const grantedAtMs = clock.nowMs();
      const { apiUrl } = chooseApiUrl(zoho.apiUrl, grant.apiDomain);
      const doubts = [
        ...scopeDoubts(config, grant),
        ...(await fieldDoubts(target, config, grant, apiUrl)),
      ];
      return { grant, apiUrl, grantedAtMs, doubts };
    }
  }
}

function scopeDoubts(config: HoldfastConfig, { scopes }: TokenGrant): readonly string[] {
  // Without a word from Zoho, the first call that needs one tells.
  const missing = scopes === undefined ? [] : missingScopes(neededScopes(config), scopes);
  return missing.length === 0
    ? []
    : [`They were made without these scopes, which cannot be added later: ${missing.join(',')}`];
}

/** Whether they open the organisation in which the leads are: it has the field that stands for a person. */
async function fieldDoubts(
  { ports }: OperatorTarget,
  { zoho }: HoldfastConfig,
  grant: TokenGrant,
  apiUrl: string,
): Promise<readonly string[]> {
  const { clock, log } = ports;
  const api = createZohoApi({
    accessTokens: onlyToken(grant, apiUrl),
    module: zoho.module,
    callTimeoutMs: CALL_TIMEOUT_MS,
    clock,
    log,
    metrics: createLocalMetrics(),
    fetch: globalThis.fetch,
  });
  const deadline = startDeadline(WORK_TIMEOUT_MS, clock);
  try {
    const nowIso = new Date(clock.nowMs()).toISOString();
    const reading = await readModuleMetadata(api.begin(deadline), zoho.module, nowIso);
    if (reading.kind === 'refused') {
      const { message } = zohoRefused(reading.refusal, 'ZohoCRM.settings.fields.READ');
      throw new OperatorError(`${message} Nothing was changed.`);
    }
    const names = new Set(reading.value.fields.map(({ apiName }) => apiName));
    return zoho.match === 'email_search' || names.has(zoho.keyField)
      ? []
      : [
          `The organisation that they open has no field ${zoho.keyField} in ${zoho.module}: it may be another one.`,
        ];
  } finally {
    deadline.end();
  }
}

/** This token and no other. */
function onlyToken({ token }: TokenGrant, apiUrl: string): AccessTokens {
  return {
    current: async () => ({
      kind: 'token',
      token: { token, fingerprint: '', apiUrl, isNew: true },
    }),
    replace: async () => ({
      kind: 'failed',
      failure: failure('crm_unauthorized', 'it turned down the token that it had just given'),
    }),
    wereReplaced: async () => false,
  };
}
