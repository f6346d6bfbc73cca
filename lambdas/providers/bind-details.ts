import type { SourceConfig } from './catalogue.ts';
import type {
  DeletionEvent,
  DetailsApi,
  DetailsCall,
  DetailsRef,
  DetailsRefusal,
} from './details.ts';
import type { Reading, Submission } from './provider.ts';
import type { Json } from './reading/json.ts';

/** A provider's API that knows its source's configuration. Its members are those of `DetailsApi`. */
export interface BoundDetailsApi {
  readonly origin: string;
  readonly callsPerMinuteMax: number;
  authorize(token: string): Readonly<Record<string, string>>;
  calls(ref: DetailsRef): readonly DetailsCall[];
  /** What a refusal means: what the provider says of it, or else what its status says. */
  refusal(status: number, body: Json | undefined): DetailsRefusal;
  deletionOf(ref: DetailsRef): DeletionEvent | undefined;
  deletedBy(notice: DeletionEvent): DetailsRef | undefined;
  read(thin: Submission, answers: readonly Json[]): Promise<Reading>;
}

const CALLS_PER_MINUTE = 60;

/** The API of a configured source. */
export function bindDetails<Config extends SourceConfig>(
  api: DetailsApi<Config>,
  source: Config,
): BoundDetailsApi {
  return {
    origin: api.origin(source),
    callsPerMinuteMax: api.callsPerMinuteMax?.(source) ?? CALLS_PER_MINUTE,
    authorize: (token) => api.authorize(token),
    calls: (ref) => api.calls(ref, source),
    refusal: (status, body) => api.refusal?.(status, body) ?? refusalOfStatus(status),
    deletionOf: (ref) => api.deletionOf?.(ref),
    deletedBy: (notice) => api.deletedBy?.(notice),
    read: async (thin, answers) => await api.read(thin, answers, source),
  };
}

function refusalOfStatus(status: number): DetailsRefusal {
  if (status === 401 || status === 403) return 'unauthorized';
  if (status === 404 || status === 410) return 'gone';
  if (status === 429) return 'rate_limited';
  if (status === 408 || status === 425 || status >= 500) return 'retry';
  return 'unreadable';
}
