import type { HoldfastConfig } from '../../../lambdas/core/config.ts';
import { checkMapping } from '../../../lambdas/operations/mapping/check-mapping.ts';
import type { ZohoAnswer, ZohoScopeAnswer } from '../../../lambdas/operations/doctor/check-zoho.ts';
import type { ZohoInspector, ZohoLook } from '../../../lambdas/operations/doctor/doctor-ports.ts';
import type { ModuleMetadata } from '../../../lambdas/operations/mapping/module-metadata.ts';
import { queryRecords } from '../../../lambdas/zoho/coql.ts';
import { parseCredentials } from '../../../lambdas/zoho/credentials.ts';
import { searchByEmail } from '../../../lambdas/zoho/email-search.ts';
import { createFieldLimits } from '../../../lambdas/zoho/field-limits.ts';
import type { Refusal } from '../../../lambdas/zoho/request-outcome.ts';
import type { ZohoSession } from '../../../lambdas/zoho/zoho-api.ts';
import { zohoOf } from '../zoho/open-zoho.ts';
import { OperatorError } from '../operator-error.ts';
import type { OperatorTarget } from '../target/target.ts';
import { readModuleMetadata } from '../zoho/zoho-metadata.ts';
import { looking } from './looking.ts';

const TIMEOUT_MS = 10_000;

/** Of nobody: it is looked for, and not found. */
const NOBODY = { key: 'hf_doctor', email: 'doctor@example.com' };

/** Asks the Zoho of a target with the functions' own credentials and their shared token. It reads, and writes nothing. */
export function createZohoInspector(target: OperatorTarget, config: HoldfastConfig): ZohoInspector {
  const { ports, zoho } = target;
  return {
    credentials: async () => {
      const stored = await looking(async () => await ports.vault.read(zoho.secretId));
      if (stored === undefined) return 'missing';
      return parseCredentials(stored.text) === undefined ? 'empty' : 'filled';
    },
    ask: async () => {
      const open = zohoOf(target, config);
      const asked = await open.work(async (session) => ({
        ...(await askScopes(session, config, open.nowIso())),
        ...session.account(),
      }));
      const { scopes, findings, creditsRemaining } = asked;
      const tokenApiUrl = (await ports.tokens.read())?.apiDomain;
      return {
        scopes,
        ...(findings === undefined ? {} : { findings }),
        account: {
          apiUrl: zoho.apiUrl,
          accountsUrl: zoho.accountsUrl,
          ...(creditsRemaining === undefined ? {} : { creditsRemaining }),
          ...(tokenApiUrl === undefined || tokenApiUrl === '' ? {} : { tokenApiUrl }),
        },
      };
    },
    timeMs: async () => await readDate(zoho.accountsUrl),
  };
}

async function askScopes(
  session: ZohoSession,
  config: HoldfastConfig,
  nowIso: string,
): Promise<Pick<ZohoLook, 'scopes' | 'findings'>> {
  const { module, keyField, match } = config.zoho;
  const fields = await readModuleMetadata(session, module, nowIso);
  const scopes: ZohoScopeAnswer[] = [
    {
      scope: 'ZohoCRM.settings.fields.READ',
      without: 'fields cannot be checked',
      answer: answerOf(fields),
    },
  ];
  if (fields.kind === 'refused' && fields.refusal.failure.crmCode !== SCOPE_MISMATCH) {
    return { scopes };
  }
  const metadata = fields.kind === 'read' ? fields.value : undefined;
  if (
    match === 'unique_field' &&
    metadata?.fields.some((field) => field.apiName === keyField) !== false
  ) {
    const query = { module, fields: [keyField], where: keyField, values: [NOBODY.key] };
    scopes.push({
      scope: 'ZohoCRM.coql.READ',
      without: 'a write whose answer got lost is repeated, and a workflow may start twice',
      answer: answerOf(await queryRecords(session, query, (each) => each)),
    });
  }
  if (match === 'email_search' || updatesOnly(config)) {
    const found = await searchByEmail(session, module, NOBODY.email);
    scopes.push({
      scope: 'ZohoSearch.securesearch.READ',
      without: 'records cannot be found by e-mail address',
      answer: found.kind === 'failed' ? refusedAnswer(found.refusal) : answered(undefined),
    });
  }
  return { scopes, ...(metadata === undefined ? {} : { findings: findingsOf(config, metadata) }) };
}

const SCOPE_MISMATCH = 'OAUTH_SCOPE_MISMATCH';

function updatesOnly({ sources }: HoldfastConfig): boolean {
  return Object.values(sources).some(({ mode }) => mode === 'update_only');
}

function findingsOf(config: HoldfastConfig, metadata: ModuleMetadata) {
  const limits = createFieldLimits(config.zoho.metadata);
  return checkMapping(config, metadata, (apiName, canonical) => {
    const { kind, lengthMax } = limits(apiName, canonical);
    return kind === 'no_text' ? 0 : lengthMax;
  });
}

function answerOf<T>(
  reading:
    | { readonly kind: 'read'; readonly value: T }
    | { readonly kind: 'refused'; readonly refusal: Refusal },
): ZohoAnswer<T> {
  return reading.kind === 'read' ? answered(reading.value) : refusedAnswer(reading.refusal);
}

function answered<T>(value: T): ZohoAnswer<T> {
  return { kind: 'answered', value };
}

function refusedAnswer({ failure, retryAfterMs }: Refusal): ZohoAnswer<never> {
  if (failure.crmCode === SCOPE_MISMATCH) return { kind: 'scope_missing' };
  return {
    kind: 'refused',
    why: failure.message.replace(/\.$/, ''),
    isCredentials: failure.code === 'crm_unauthorized',
    ...(retryAfterMs === undefined ? {} : { waitMs: retryAfterMs }),
  };
}

async function readDate(origin: string): Promise<number | undefined> {
  let header: string | null;
  try {
    const response = await fetch(origin, {
      method: 'HEAD',
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.body?.cancel();
    header = response.headers.get('date');
  } catch (error) {
    throw new OperatorError(`${origin} does not answer.`, error);
  }
  const dateMs = Date.parse(header ?? '');
  return Number.isNaN(dateMs) ? undefined : dateMs;
}
