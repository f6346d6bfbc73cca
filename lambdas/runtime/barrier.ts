import assert from 'node:assert/strict';

/**
 * Brings the records of one batch together, although each is handled by itself: when every one of them
 * has either joined or left, all that joined are processed in one go.
 *
 * ```
 * record 1 ── join ──┐
 * record 2 ── leave  ├──► process([1, 3]) ──► each joiner gets its own result
 * record 3 ── join ──┘
 * ```
 */
export interface Barrier<Joined, Result> {
  /** Waits for the others; resolves with this record's result, or rejects as `process` did. */
  join(item: Joined): Promise<Result>;
  /** This record takes no part. Must be called once by every record that does not join. */
  leave(): void;
}

/**
 * @param size how many records there are, 0 or more
 * @param process called once at most, with at least one item; returns one result an item, in order
 */
export function createBarrier<Joined, Result>(
  size: number,
  process: (items: readonly Joined[]) => Promise<readonly Result[]>,
): Barrier<Joined, Result> {
  const waiting: {
    item: Joined;
    resolve: (result: Result) => void;
    reject: (error: unknown) => void;
  }[] = [];
  let missing = size;

  const arrive = (): void => {
    missing -= 1;
    assert(missing >= 0, 'a record joined or left twice');
    if (missing === 0 && waiting.length > 0) void run();
  };
  const run = async (): Promise<void> => {
    try {
      const results = await process(waiting.map((each) => each.item));
      assert.equal(results.length, waiting.length, 'one result a record');
      for (const [index, each] of waiting.entries()) each.resolve(results[index] as Result);
    } catch (error) {
      for (const each of waiting) each.reject(error);
    }
  };

  return {
    join: async (item) =>
      await new Promise<Result>((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        arrive();
      }),
    leave: arrive,
  };
}
