import assert from 'node:assert/strict';
import type { HoldfastConfig } from '../core/config.ts';
import type {
  CrmAccount,
  CrmReadBack,
  CrmRowOutcome,
  CrmRowRef,
  CrmWriter,
  FailedRow,
} from '../core/ports/crm.ts';
import { type Failure, type FailureCode, failure } from '../core/failure.ts';
import { CRM_TIMEOUTS_PER_WRITE, ROWS_PER_CALL_MAX } from '../core/pipeline-limits.ts';
import type { TokenStore } from '../core/ports/crm-access.ts';
import type { Log, Metrics } from '../core/ports/telemetry.ts';
import type { Clock, Ids, Random, SecretAge } from '../core/ports/world.ts';
import { addContactNote } from './contact-notes.ts';
import { settleConversions } from './converted-leads.ts';
import { isQuotable } from './coql.ts';
import { startDeadline } from './deadline.ts';
import { createEmailSearchWriter } from './email-search-writer.ts';
import { createFieldMapper } from './field-mapping.ts';
import { type ModuleProbe, probeModule } from './probe-module.ts';
import { createNoReadBack, createUniqueFieldReadBack } from './read-back.ts';
import { createAccessTokens } from './token.ts';
import { createUniqueFieldWriter } from './unique-field-writer.ts';
import { createZohoApi, type ZohoSession } from './zoho-api.ts';

/** What the writer to Zoho needs of the world. */
export interface ZohoCrmOptions {
  readonly config: HoldfastConfig;
  /** Origin of the accounts server. */
  readonly accountsUrl: string;
  /** Origin of the API, until a token's answer names another data centre of the same kind. */
  readonly apiUrl: string;
  /** JSON `{client_id, client_secret, refresh_token}`; as old as is asked for. */
  readonly readCredentials: (age?: SecretAge) => Promise<string>;
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
 * then is reported as not written. The same limit holds for a read-back, a probe and a note.
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
  const isUnique = config.zoho.match === 'unique_field';
  const writer = isUnique
    ? createUniqueFieldWriter(mapper, config.zoho)
    : createEmailSearchWriter(mapper, config.zoho);
  const readBack = isUnique
    ? createUniqueFieldReadBack(config.zoho, log, metrics)
    : createNoReadBack(log);

  /** Does a piece of work within its time. An error is ours: Zoho's are outcomes. */
  async function within<T>(
    work: (session: ZohoSession) => Promise<T>,
    afterError: () => T,
  ): Promise<T & CrmAccount> {
    const deadline = startDeadline(writeTimeoutMs, clock);
    const session = api.begin(deadline);
    try {
      return { ...(await work(session)), ...session.account() };
    } catch (error) {
      log.error('A piece of work with Zoho ended in an error of ours', {}, error);
      return { ...afterError(), ...session.account() };
    } finally {
      deadline.end();
    }
  }

  return {
    rowsMax: ROWS_PER_CALL_MAX,
    writeTimeoutMs,
    write: async (rows) => {
      assertRefs(rows);
      return within<Outcomes>(
        async (session) => {
          const verdicts = await writer.write(rows, session);
          const outcomes = await settleConversions(session, verdicts);
          for (const outcome of outcomes) countRow(outcome, metrics);
          return { outcomes };
        },
        () => ({ outcomes: rows.map(() => unexpected()) }),
      );
    },
    readBack: async (refs) => {
      assertRefs(refs);
      return within<Readings>(
        async (session) => ({ readings: await readBack.read(refs, session) }),
        () => ({ readings: refs.map(() => ({ kind: 'unknown', failure: ourError() })) }),
      );
    },
    probe: async () => {
      const look = async (session: ZohoSession) => await probeModule(session, config.zoho.module);
      return within<ModuleProbe>(look, () => ({ kind: 'failed', failure: ourError() }));
    },
    addNote: async (note) => {
      const { outcome } = await within<{ readonly outcome: NoteOutcome }>(
        async (session) => ({ outcome: await addContactNote(session, note) }),
        () => ({ outcome: unexpected() }),
      );
      return outcome;
    },
  };
}

interface Outcomes {
  readonly outcomes: readonly CrmRowOutcome[];
}

interface Readings {
  readonly readings: readonly CrmReadBack[];
}

type NoteOutcome = Exclude<CrmRowOutcome, { kind: 'converted' }>;

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
  else if (outcome.kind === 'converted' || ROW_REFUSALS.has(outcome.failure.code))
    metrics.count('CrmRowRefused');
}

/** Identities go into queries, where nothing is escaped. */
function assertRefs(refs: readonly CrmRowRef[]): void {
  assert(refs.length <= ROWS_PER_CALL_MAX, `a call takes at most ${ROWS_PER_CALL_MAX} rows`);
  const identities = new Set(refs.map(({ identity }) => identity));
  assert(identities.size === refs.length, 'a call takes each identity at most once');
  assert([...identities].every(isQuotable), 'an identity has letters, digits, _ and - only');
}

/** A call may have been made before the error: nothing is said for certain. */
function unexpected(): FailedRow {
  return { kind: 'failed', failure: ourError(), mayHaveHappened: true };
}

function ourError(): Failure {
  return failure('crm_bad_answer', 'it was met by an error of ours');
}
