import type { EventRecord } from '../../core/event-record.ts';
import {
  FAILURE_CLASSES,
  type FailureClass,
  type FailureCode,
  failureClassOf,
} from '../../core/failure.ts';

/** Which quarantined events a replay is about. Every part narrows it; none is all of them. */
export interface ReplaySelection {
  readonly keys?: readonly string[];
  readonly source?: string;
  readonly failureClass?: FailureClass;
  readonly failureCode?: FailureCode;
  /** Received at this time or later, epoch milliseconds. */
  readonly receivedFromMs?: number;
  /** Received before this time, epoch milliseconds. */
  readonly receivedBeforeMs?: number;
}

/** Whether an event is of the source, failure and time that a selection names. */
export function isSelected(record: EventRecord, selection: ReplaySelection): boolean {
  const { source, failureClass, failureCode, receivedFromMs, receivedBeforeMs } = selection;
  const receivedAtMs = Date.parse(record.receivedAt);
  return (
    (source === undefined || record.source === source) &&
    (failureClass === undefined || record.failure?.class === failureClass) &&
    (failureCode === undefined || record.failure?.code === failureCode) &&
    (receivedFromMs === undefined || receivedAtMs >= receivedFromMs) &&
    (receivedBeforeMs === undefined || receivedAtMs < receivedBeforeMs)
  );
}

/** The failure classes in which a selection's events can lie; none when class and code exclude each other. */
export function classesOf({ failureClass, failureCode }: ReplaySelection): readonly FailureClass[] {
  return FAILURE_CLASSES.filter(
    (each) =>
      (failureClass === undefined || failureClass === each) &&
      (failureCode === undefined || failureClassOf(failureCode) === each),
  );
}
