/** What happened, a line a step, readable and free of secrets. */
export interface Trace {
  line(who: string, what: string): void;
  readonly lines: readonly string[];
}

/** Keeps the lines. Times are minutes, seconds and milliseconds (before them hours) since the start. */
export function createTrace(nowMs: () => number, startMs: number): Trace {
  const lines: string[] = [];
  return {
    line: (who, what) => {
      lines.push(`${timeOf(nowMs() - startMs)}  ${who.padEnd(13)} ${what}`);
    },
    lines,
  };
}

/** Keeps nothing. */
export const NO_TRACE: Trace = { line: () => undefined, lines: [] };

/** One word on what a call came to: its kind, or its length where it has none. */
export function describeResult(value: unknown): string {
  if (value === undefined) return 'ok';
  if (typeof value === 'string') return value.length <= 12 ? value : 'text';
  if (typeof value === 'number') return String(value);
  if (value instanceof Response) return `status ${value.status}`;
  if (typeof value === 'boolean') return String(value);
  if (typeof value !== 'object' || value === null) return 'ok';
  if (Array.isArray(value)) return `${value.length} items`;
  if ('outcomes' in value && Array.isArray(value.outcomes)) return rowsOf(value.outcomes);
  if ('readings' in value && Array.isArray(value.readings)) return rowsOf(value.readings);
  if ('keys' in value && Array.isArray(value.keys)) return `${value.keys.length} keys`;
  if ('kind' in value) return String(value.kind);
  if ('state' in value) return String(value.state);
  return 'ok';
}

function rowsOf(rows: readonly unknown[]): string {
  return rows
    .map((row) => {
      if (typeof row !== 'object' || row === null || !('kind' in row)) return '?';
      const failed = 'failure' in row && typeof row.failure === 'object' ? row.failure : undefined;
      return failed !== null && failed !== undefined && 'code' in failed
        ? String(failed.code)
        : String(row.kind);
    })
    .join(', ');
}

function timeOf(ms: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(ms / 3_600_000);
  const rest = `${two(Math.floor(ms / 60_000) % 60)}:${two(Math.floor(ms / 1_000) % 60)}.${String(ms % 1_000).padStart(3, '0')}`;
  return `${two(hours)}:${rest}`;
}
