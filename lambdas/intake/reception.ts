import type { HoldfastConfig } from '../core/config.ts';
import type { SourceConfig } from '../providers/catalogue.ts';
import type { RawPayload } from '../core/event-record.ts';
import type { Log } from '../core/ports/telemetry.ts';

/** One verified request on its way in: what all of its submissions have in common. */
export interface Reception {
  readonly sourceName: string;
  readonly source: SourceConfig;
  readonly config: HoldfastConfig;
  readonly raw: RawPayload;
  readonly receivedAtMs: number;
  readonly correlationId: string;
  readonly mappingVersion: string;
  /** The installation's secret for keyed hashes. */
  readonly pepper: string;
  /** Nobody could tell whether a person filled in the form, and such submissions are set aside. */
  readonly isUnverifiedHuman: boolean;
  /** This request's own log. */
  readonly log: Log;
}
