import type { Clock } from '../../lambdas/core/ports/world.ts';

/** Time that moves only when nothing else is left to do. */
export interface VirtualClock extends Clock {
  /**
   * Lets everything that was started run to its next wait, then moves time to the next timer and runs it.
   *
   * @returns whether there was a timer
   */
  step(): Promise<boolean>;
  /** When the next timer is due; `undefined` without one. */
  nextDueMs(): number | undefined;
}

interface Timer {
  readonly dueMs: number;
  readonly sequence: number;
  run: (() => void) | undefined;
}

/**
 * Builds a clock whose timers run one by one, in the order of their times, then of their making.
 *
 * Between two timers it waits for one turn of the event loop: by then every promise that could go on has
 * gone on, since nothing here waits for input or output.
 */
export function createVirtualClock(startMs: number): VirtualClock {
  let nowMs = startMs;
  let sequence = 0;
  const heap: Timer[] = [];

  const after = (ms: number, run: () => void): (() => void) => {
    sequence += 1;
    // Whole milliseconds, as real timers have them.
    const timer: Timer = { dueMs: nowMs + Math.max(0, Math.round(ms)), sequence, run };
    push(heap, timer);
    return () => {
      timer.run = undefined;
    };
  };

  return {
    nowMs: () => nowMs,
    after,
    sleep: async (ms) => {
      await new Promise<void>((resolve) => {
        after(ms, resolve);
      });
    },
    nextDueMs: () => {
      dropCancelled(heap);
      return heap[0]?.dueMs;
    },
    step: async () => {
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
      dropCancelled(heap);
      const timer = pop(heap);
      if (timer === undefined) return false;
      nowMs = Math.max(nowMs, timer.dueMs);
      timer.run?.();
      return true;
    },
  };
}

function dropCancelled(heap: Timer[]): void {
  while (heap.length > 0 && heap[0]?.run === undefined) pop(heap);
}

function isBefore(left: Timer, right: Timer): boolean {
  return left.dueMs < right.dueMs || (left.dueMs === right.dueMs && left.sequence < right.sequence);
}

function push(heap: Timer[], timer: Timer): void {
  let index = heap.length;
  heap.push(timer);
  while (index > 0) {
    const above = (index - 1) >> 1;
    const parent = heap[above];
    if (parent === undefined || !isBefore(timer, parent)) break;
    heap[index] = parent;
    index = above;
  }
  heap[index] = timer;
}

function pop(heap: Timer[]): Timer | undefined {
  const top = heap[0];
  const last = heap.pop();
  if (top === undefined || last === undefined || heap.length === 0) return top;
  let index = 0;
  for (;;) {
    const left = 2 * index + 1;
    const right = heap[left + 1];
    let child = heap[left];
    if (child === undefined) break;
    let below = left;
    if (right !== undefined && isBefore(right, child)) {
      child = right;
      below = left + 1;
    }
    if (!isBefore(child, last)) break;
    heap[index] = child;
    index = below;
  }
  heap[index] = last;
  return top;
}
