import type { SimRequest } from '../http/message.ts';
import { comparable } from '../matching/duplicate-check.ts';
import { peekRows } from '../validation/write-body.ts';
import type { Fault } from './fault.ts';

/** Refuses rows. */
export type RowFault = Extract<Fault, { kind: 'row_error' }>;

/** Strikes a whole request. */
export type RequestFault = Exclude<Fault, RowFault>;

/** What strikes one request: at most one request fault, and any number of row faults. */
export interface Strike {
  readonly request: RequestFault | undefined;
  readonly rows: readonly RowFault[];
}

interface ActiveFault {
  readonly fault: Fault;
  seen: number;
  struck: number;
}

/** The faults that are planned, in the order in which they were told. */
export class FaultScript {
  private active: ActiveFault[] = [];

  add(faults: readonly Fault[]): void {
    this.active.push(...faults.map((fault) => ({ fault, seen: 0, struck: 0 })));
  }

  clear(): void {
    this.active = [];
  }

  /** The faults that can still strike. */
  list(): readonly { readonly fault: Fault; readonly seen: number; readonly struck: number }[] {
    return this.active;
  }

  /**
   * Takes what strikes this request, and counts it.
   *
   * A request fault that is not due yet counts the request for its `nth`; one that stands behind
   * another that strikes does not see the request.
   */
  take(request: SimRequest): Strike {
    let requestFault: RequestFault | undefined;
    const rowFaults: RowFault[] = [];
    for (const entry of this.active) {
      const { fault } = entry;
      if (fault.kind !== 'row_error' && requestFault !== undefined) continue;
      if (!matches(fault, request)) continue;
      entry.seen += 1;
      if (entry.seen < fault.match.nth) continue;
      entry.struck += 1;
      if (fault.kind === 'row_error') rowFaults.push(fault);
      else requestFault = fault;
    }
    this.active = this.active.filter(
      ({ fault, struck }) => fault.times === 'always' || struck < fault.times,
    );
    return { request: requestFault, rows: rowFaults };
  }
}

/** Whether a row is one that a fault names. */
export function strikesRow(fault: Fault, row: Readonly<Record<string, unknown>>): boolean {
  const { row: wanted } = fault.match;
  return wanted === undefined || comparable(row[wanted.field]) === comparable(wanted.equals);
}

function matches(fault: Fault, request: SimRequest): boolean {
  const { method, path, row } = fault.match;
  if (method !== undefined && method.toUpperCase() !== request.method) return false;
  if (!matchesPath(path, request.path)) return false;
  if (row === undefined) return true;
  return peekRows(request.body).some((candidate) => strikesRow(fault, candidate));
}

function matchesPath(pattern: string, path: string): boolean {
  return pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern;
}
