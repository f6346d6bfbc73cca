import type { EventScanner } from '../../lambdas/core/ports/event-scan.ts';
import { describeDetails } from './event-details-contract.ts';
import { describeMeasures } from './event-measure-contract.ts';
import { describeMappings } from './mapping-contract.ts';
import { describePayloads } from './event-payload-contract.ts';
import { describeLifeCycle } from './event-store-contract.ts';
import { describeScans } from './event-scan-contract.ts';
import { describeErasures } from './event-erasure-contract.ts';
import { describeTransitions } from './event-transition-contract.ts';
import type { ErasableStore } from './event-transition-table.ts';

import { describeSourceFields } from './source-fields-contract.ts';

type Store = ErasableStore & EventScanner;
type Suite = (name: string, open: () => Promise<Store>) => void;

/** Which suites try which operation: one that has none is an error of types. */
const SUITES: Record<keyof Store, readonly [Suite, ...Suite[]]> = {
  accept: [describeLifeCycle],
  claim: [describeLifeCycle, describeTransitions],
  succeed: [describeLifeCycle, describeTransitions],
  fail: [describeLifeCycle, describeTransitions],
  release: [describeLifeCycle, describeTransitions],
  quarantine: [describeLifeCycle, describeTransitions],
  suppress: [describeLifeCycle, describeTransitions],
  storeDetails: [describeDetails, describeTransitions],
  markDlqSent: [describeLifeCycle, describeTransitions],
  close: [describeTransitions],
  eraseEvent: [describeTransitions, describeErasures],
  removePayloads: [describeErasures, describeTransitions],
  forgetSubmitter: [describeErasures],
  hold: [describeLifeCycle, describeTransitions],
  unhold: [describeLifeCycle, describeTransitions],
  markRequeued: [describeLifeCycle, describeTransitions],
  remap: [describePayloads, describeTransitions],
  readRecord: [describeLifeCycle, describeTransitions],
  readNormalized: [describePayloads],
  readRaw: [describePayloads],
  readDetails: [describeDetails],
  appendAudit: [describePayloads],
  readAudit: [describePayloads],
  listOpen: [describeLifeCycle, describeTransitions],
  measureOpen: [describeMeasures],
  noteSourceSeen: [describeMeasures],
  readSourceSeenMs: [describeMeasures],
  notePreviousSecret: [describeMeasures],
  readPreviousSecretMs: [describeMeasures],
  scanEvents: [describeScans],
  measureScan: [describeScans],
  readSourceFields: [describeSourceFields],
  saveSourceFields: [describeSourceFields],
  keepMapping: [describeMappings],
  readMapping: [describeMappings],
  listMappings: [describeMappings],
  rememberSubmitter: [describeLifeCycle],
};

/** What every event store must do, whether it is the table or stands in for it. */
export function describeEventStore(name: string, open: () => Promise<Store>): void {
  for (const suite of new Set(Object.values(SUITES).flat())) suite(name, open);
}
