import { fileURLToPath } from 'node:url';

/** A place in our source that waits for the world: `consumer/settle-event.ts:29 events.succeed`. */
export type CallSite = string;

const FRAMES_MAX = 8;
const ROOM = '/lambdas/';

/**
 * Finds out who called: file and line of the nearest frame in `lambdas/`.
 *
 * Call it before anything is awaited; afterwards the caller is no longer on the stack.
 *
 * @param target port and method, for example `events.claim`
 */
export function callSiteOf(target: string): CallSite {
  const { stackTraceLimit } = Error;
  // Put back as it was, never called.
  // oxlint-disable-next-line typescript/unbound-method
  const prepare = Error.prepareStackTrace;
  const holder: { stack?: unknown } = {};
  Error.stackTraceLimit = FRAMES_MAX;
  Error.prepareStackTrace = (_error, frames) => frames;
  try {
    Error.captureStackTrace(holder, callSiteOf);
    const frames = holder.stack as readonly NodeJS.CallSite[];
    for (const frame of frames) {
      const file = frame.getFileName();
      const start = file?.lastIndexOf(ROOM) ?? -1;
      if (file === null || file === undefined || start < 0) continue;
      return `${file.slice(start + ROOM.length)}:${frame.getLineNumber()} ${target}`;
    }
    return `(elsewhere) ${target}`;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    Error.prepareStackTrace = prepare;
  }
}

/** How often containers died at each place, before the call and after it. */
export interface CrashPoints {
  /** Notes that a container died there. */
  crashed(site: CallSite, when: 'before' | 'after'): void;
  /** `site before` or `site after` → times. */
  readonly crashes: ReadonlyMap<string, number>;
}

/** Builds an empty count. */
export function createCrashPoints(): CrashPoints {
  const crashes = new Map<string, number>();
  return {
    crashed: (site, when) => {
      const point = `${site} ${when}`;
      crashes.set(point, (crashes.get(point) ?? 0) + 1);
    },
    crashes,
  };
}

/** The folder that the call sites lie in. */
export const LAMBDAS_DIRECTORY = fileURLToPath(new URL('../../lambdas', import.meta.url));
