import { describe, expect, it } from 'vitest';
import { startScheduler } from '../../../local/scheduler.ts';

describe('the local scheduler', () => {
  it('runs again and again, never twice at a time, whatever fails', async () => {
    const errors: unknown[] = [];
    let running = 0;
    let most = 0;
    let runs = 0;
    const scheduler = startScheduler({
      everyMs: 1,
      run: async () => {
        runs += 1;
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setTimeout(resolve, 5));
        running -= 1;
        if (runs === 1) throw new Error('broken');
      },
      onError: (error) => errors.push(error),
    });

    await until(() => runs >= 3);
    await scheduler.stop();

    expect(most).toBe(1);
    expect(errors).toHaveLength(1);
  });

  it('waits for the run in progress when it stops, and starts no other', async () => {
    let ended = 0;
    let started = false;
    const scheduler = startScheduler({
      everyMs: 1,
      run: async () => {
        started = true;
        await new Promise((resolve) => setTimeout(resolve, 20));
        ended += 1;
      },
      onError: () => {},
    });
    await until(() => started);

    await scheduler.stop();
    const endedAtStop = ended;
    await new Promise((resolve) => setTimeout(resolve, 40));

    expect([endedAtStop, ended]).toEqual([1, 1]);
  });
});

async function until(holds: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 1_000 && !holds(); attempt += 1) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
