import assert from 'node:assert/strict';
import type { HoldfastConfig } from '../core/config.ts';
import type { CrmRow, CrmRowOutcome, CrmWriter } from '../core/crm.ts';
import { type FailureCode, failure } from '../core/failure.ts';
import { CRM_TIMEOUTS_PER_WRITE, ROWS_PER_CALL_MAX } from '../core/pipeline-limits.ts';
import type { Clock, Ids, Log, Metrics, Random, TokenStore } from '../core/ports.ts';
import { startDeadline } from './deadline.ts';
import { createEmailSearchWriter } from './email-search-writer.ts';
import { createFieldMapper } from './field-mapping.ts';
import { createAccessTokens } from './token.ts';
import { createUniqueFieldWriter } from './unique-field-writer.ts';
import { createZohoApi } from './zoho-api.ts';

/** What the writer to Zoho needs of the world. */
export interface ZohoCrmOptions {
  readonly config: HoldfastConfig;
  /** Origin of the accounts server. */
  readonly accountsUrl: string;
  /** Origin of the API, until a token's answer names another data centre of the same kind. */
  readonly apiUrl: string;
  /** JSON `{client_id, client_secret, refresh_token}`; `fresh` skips the cache. */
  readonly readCredentials: (options?: { fresh?: boolean }) => Promise<string>;
  readonly tokens: TokenStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly ids: Ids;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly fetch?: typeof globalThis.fetch;
}

/** A write ends long before the lease on its identities does. */
const LEASE_PART_MAX = 0.5;

/**
 * Builds the writer to Zoho CRM.
 *
 * A write makes each call once, and once more with another token if Zoho turns the token down. It is
 * over after `writeTimeoutMs`, whatever Zoho, the table and the secret store do: what is not begun by
 * then is reported as not written.
 */
export function createZohoCrm(options: ZohoCrmOptions): CrmWriter {
  const { config, clock, log, metrics } = options;
  const { crmTimeoutMs, identityLeaseMs } = config.delivery;
  const writeTimeoutMs = Math.floor(
    Math.min(crmTimeoutMs * CRM_TIMEOUTS_PER_WRITE, identityLeaseMs * LEASE_PART_MAX),
  );
  const fetcher = options.fetch ?? globalThis.fetch;
  const callTimeoutMs = Math.min(crmTimeoutMs, writeTimeoutMs);

  const accessTokens = createAccessTokens({
    ...options,
    timeoutMs: callTimeoutMs,
    fetch: fetcher,
  });
  const api = createZohoApi({
    accessTokens,
    module: config.zoho.module,
    callTimeoutMs,
    clock,
    log,
    metrics,
    fetch: fetcher,
  });
  const mapper = createFieldMapper(config);
  const writer =
    config.zoho.match === 'unique_field'
      ? createUniqueFieldWriter(api, mapper, config.zoho)
      : createEmailSearchWriter(api, mapper, config.zoho);

  return {
    rowsMax: ROWS_PER_CALL_MAX,
    writeTimeoutMs,
    write: async (rows) => {
      assertRows(rows);
      const deadline = startDeadline(writeTimeoutMs, clock);
      try {
        const outcomes = await writer.write(rows, deadline);
        for (const outcome of outcomes) countRow(outcome, metrics);
        return { outcomes };
      } catch (error) {
        log.error('A write to Zoho ended in an error of ours', { rows: rows.length }, error);
        return { outcomes: rows.map(() => unexpected()) };
      } finally {
        deadline.end();
      }
    },
    readBack: async (refs) => ({ readings: refs.map(() => ({ kind: 'unsupported' as const })) }),
    addNote: async () => ({
      kind: 'failed',
      failure: failure('crm_refused', 'notes are not written yet'),
      mayHaveHappened: false,
    }),
  };
}

/** Failures that are about the row itself, not about the call that carried it. */
const ROW_REFUSALS: ReadonlySet<FailureCode> = new Set<FailureCode>([
  'crm_invalid_data',
  'crm_mandatory_missing',
  'crm_duplicate_data',
  'crm_conflict',
  'crm_record_locked',
  'crm_record_gone',
  'crm_refused',
]);

function countRow(outcome: CrmRowOutcome, metrics: Metrics): void {
  if (outcome.kind === 'written') metrics.count('CrmRowWritten');
  else if (ROW_REFUSALS.has(outcome.failure.code)) metrics.count('CrmRowRefused');
}

function assertRows(rows: readonly CrmRow[]): void {
  assert(rows.length <= ROWS_PER_CALL_MAX, `a write takes at most ${ROWS_PER_CALL_MAX} rows`);
  const identities = new Set(rows.map((row) => row.identity));
  assert(identities.size === rows.length, 'a write takes each identity at most once');
}

/** A call may have been made before the error: nothing is said for certain. */
function unexpected(): CrmRowOutcome {
  return {
    kind: 'failed',
    failure: failure('crm_bad_answer', 'the write ended in an error of ours'),
    mayHaveHappened: true,
  };
}
