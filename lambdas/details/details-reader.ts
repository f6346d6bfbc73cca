import type { HoldfastConfig } from '../core/config.ts';
import type {
  DetailsReader,
  DetailsReading,
  DetailsRequest,
} from '../core/ports/details-reader.ts';
import type { EventRecord } from '../core/event-record.ts';
import { failure } from '../core/failure.ts';
import { eventKey } from '../core/idempotency-key.ts';
import type { Log } from '../core/ports/telemetry.ts';
import type { SecretReader } from '../core/ports/world.ts';
import type { SourceConfig } from '../providers/catalogue.ts';
import { cleanSubmission } from '../operations/submission/clean-submission.ts';
import { completeSubmission } from '../operations/submission/complete-submission.ts';
import {
  buildNormalizedEvent,
  mappingVersionOf,
} from '../operations/submission/normalize-submission.ts';
import type { BoundDetailsApi } from '../providers/bind-details.ts';
import { type BoundProvider, bindProvider } from '../providers/bind-provider.ts';
import { apiTokenOf } from './api-token.ts';
import { type CallBudget, createCallBudget } from './call-budget.ts';
import { type FetchedDetails, type FetchPorts, fetchDetails } from './fetch-details.ts';
import { thinSubmissionOf } from './thin-submission.ts';

/** What a reader of details is made of. */
export interface DetailsReaderOptions extends FetchPorts {
  readonly config: HoldfastConfig;
  readonly secrets: SecretReader;
  /** A source's secret is `<prefix><source name>`; its `api_token` opens the provider's API. */
  readonly sourceSecretPrefix: string;
  /** Stands in for all providers' APIs, below it a folder each; empty for the real ones. */
  readonly apiOrigin: string;
  readonly log: Log;
  /** Finds a source's provider; that of its configuration by default. */
  readonly bind?: (source: SourceConfig) => BoundProvider;
}

/** The secret store does not answer, or the provider's code has a fault: nothing says when that ends. */
const SECRET_WAIT_MS = 30_000;

/** Reads details over HTTP, one reader a process: it holds the sources' budgets of calls. */
export function createDetailsReader(options: DetailsReaderOptions): DetailsReader {
  const budget = createCallBudget(options.clock);
  return {
    deletionKeyOf: async (request) => {
      try {
        return deletionKey(request, options);
      } catch (error) {
        // Reading goes on: the API no longer has what was deleted.
        reportFault(request.record, error, options);
        return undefined;
      }
    },
    read: async (request) => {
      try {
        return await readDetails(request, options, budget);
      } catch (error) {
        // One provider's code must not end the whole batch, nor take its lead away.
        reportFault(request.record, error, options);
        return refusal('details_unreadable', 'the provider’s code failed over it');
      }
    },
  };
}

function reportFault(
  { key, source }: EventRecord,
  error: unknown,
  { log }: Pick<DetailsReaderOptions, 'log'>,
): void {
  const fields = { idempotency_key: key, source };
  log.error('Reading the details of a submission failed', fields, error);
}

function deletionKey(
  { record, event }: Pick<DetailsRequest, 'record' | 'event'>,
  options: DetailsReaderOptions,
): string | undefined {
  const deletion = apiOf(record.source, options)?.api.deletionOf(event.details?.ref ?? {});
  return deletion === undefined
    ? undefined
    : eventKey(record.source, deletion.eventType, deletion.sourceEventId);
}

interface SourceApi {
  readonly source: SourceConfig;
  readonly api: BoundDetailsApi;
}

function apiOf(name: string, options: DetailsReaderOptions): SourceApi | undefined {
  const { sources } = options.config;
  const source = Object.hasOwn(sources, name) ? sources[name] : undefined;
  if (source === undefined) return undefined;
  const api = (options.bind ?? bindProvider)(source).detailsApi;
  return api === undefined ? undefined : { source, api };
}

async function readDetails(
  request: DetailsRequest,
  options: DetailsReaderOptions,
  budget: CallBudget,
): Promise<DetailsReading> {
  const { source: name } = request.record;
  const found = apiOf(name, options);
  if (found === undefined) return refusal('details_source_gone');
  const secretId = `${options.sourceSecretPrefix}${name}`;
  const token = await readToken(secretId, options, false);
  if (token.kind === 'unknown') return { kind: 'wait', delayMs: SECRET_WAIT_MS };
  if (token.kind === 'none') return refusal('details_missing_secret');

  const calls = found.api.calls(request.event.details?.ref ?? {});
  const fetchWith = async (apiToken: string): Promise<DetailsReading | FetchedDetails> => {
    const delayMs = budget.take(name, calls.length, found.api.callsPerMinuteMax);
    if (delayMs > 0) return { kind: 'wait', delayMs };
    const { untilMs } = request;
    const origin = originOf(found, options);
    const { api } = found;
    const fetched = await fetchDetails(
      { source: name, api, origin, calls, token: apiToken, untilMs },
      options,
    );
    if (fetched.kind === 'refused' && fetched.pauseMs !== undefined) {
      budget.pause(name, fetched.pauseMs);
    } else if (fetched.kind === 'answers' || fetched.failure.code !== 'details_no_answer') {
      budget.answered(name);
    }
    return fetched;
  };

  let fetched = await fetchWith(token.value);
  if (fetched.kind === 'refused' && fetched.failure.code === 'details_unauthorized') {
    // The token may just have been replaced.
    const fresh = await readToken(secretId, options, true);
    // Nobody knows: parking leads for a token that may be good would cost a person a replay.
    if (fresh.kind === 'unknown') return { kind: 'wait', delayMs: SECRET_WAIT_MS };
    if (fresh.kind === 'value' && fresh.value !== token.value) {
      fetched = await fetchWith(fresh.value);
    }
  }
  return fetched.kind === 'answers' ? await complete(request, fetched, found, options) : fetched;
}

function originOf({ source, api }: SourceApi, { apiOrigin }: DetailsReaderOptions): string {
  return apiOrigin === '' ? api.origin : `${apiOrigin}/${source.provider}`;
}

type Token =
  | { readonly kind: 'value'; readonly value: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown' };

async function readToken(
  secretId: string,
  options: Pick<DetailsReaderOptions, 'secrets' | 'log'>,
  fresh: boolean,
): Promise<Token> {
  try {
    const value = apiTokenOf(await options.secrets.read(secretId, { fresh }));
    if (value !== undefined) return { kind: 'value', value };
    // Somebody may just have filled it in.
    return fresh ? { kind: 'none' } : await readToken(secretId, options, true);
  } catch (error) {
    if (!isSecretUnavailable(error)) throw error;
    options.log.error(
      'The secret of a source could not be read; its leads come back later',
      {},
      error,
    );
    return { kind: 'unknown' };
  }
}

/** By its code: this room is bundled by itself, and its error classes are not those of who throws them. */
function isSecretUnavailable(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'secret_unavailable';
}

async function complete(
  { record, event }: DetailsRequest,
  { values, text }: Extract<FetchedDetails, { kind: 'answers' }>,
  { source, api }: SourceApi,
  { config }: DetailsReaderOptions,
): Promise<DetailsReading> {
  const thin = thinSubmissionOf(record, event, source);
  const completion = await completeSubmission(thin, values, api);
  switch (completion.kind) {
    case 'suppressed':
      return completion;
    case 'unreadable':
      return { kind: 'refused', failure: completion.failure };
    case 'completed': {
      const { submission } = completion;
      const mappingVersion = mappingVersionOf(source, config.mappingLabel);
      const named = { sourceName: record.source, source };
      const normalized = buildNormalizedEvent(
        submission,
        await cleanSubmission(submission, named),
        {
          sourceName: record.source,
          config,
          key: record.key,
          contentHash: record.payloadHash,
          receivedAtMs: Date.parse(record.receivedAt),
          correlationId: record.correlationId,
          mappingVersion,
          isCompleted: true,
        },
      );
      const answers = new TextEncoder().encode(text);
      return { kind: 'read', details: { answers, mappingVersion, normalized } };
    }
  }
}

function refusal(code: Parameters<typeof failure>[0], detail?: string): DetailsReading {
  return { kind: 'refused', failure: failure(code, detail) };
}
