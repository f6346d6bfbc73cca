/** One step of the test: what it makes sure of. @returns what a reader should know of it */
export type Step<World> = (world: World) => Promise<readonly string[] | string | void>;

/** Prints steps as they end, and stops at the first one that fails. */
export async function runSteps<World>(
  world: World,
  steps: readonly (readonly [title: string, step: Step<World>])[],
  { print, isStopped }: { print: (line: string) => void; isStopped: () => boolean },
): Promise<void> {
  for (const [index, [title, step]] of steps.entries()) {
    if (isStopped()) return;
    const startMs = performance.now();
    const label = `${String(index + 1).padStart(2)}  ${title}`;
    try {
      const notes = await step(world);
      print(`✓ ${label.padEnd(76)} ${seconds(startMs)}`);
      for (const note of typeof notes === 'string' ? [notes] : (notes ?? []))
        print(`       ${note}`);
    } catch (error) {
      if (!isStopped()) print(`✗ ${label.padEnd(76)} ${seconds(startMs)}`);
      throw error;
    }
  }
}

function seconds(sinceMs: number): string {
  return `${((performance.now() - sinceMs) / 1_000).toFixed(1).padStart(5)} s`;
}
