import type { SimulatedWorld } from '../simulated-world.ts';

/** Runs the sweeper at its times, as a schedule does: a run that takes long does not hold up the next. */
export function startSchedule(world: SimulatedWorld, everyMs: number): void {
  const { clock, monitor, sweeper } = world;
  const run = async (): Promise<void> => {
    const ended = await sweeper.invoke();
    if (ended.kind === 'failed') monitor.failedInside(ended.error, 'The sweeper function');
  };
  const next = (): void => {
    void run();
    clock.after(everyMs, next);
  };
  clock.after(everyMs, next);
}
