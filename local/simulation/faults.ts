import type { FaultMix, FaultName } from './fault-table.ts';
import type { SeededRandom } from './seeded-random.ts';

/** Decides at each opportunity whether a fault strikes, and counts those that do. */
export interface Faults {
  /** Whether it strikes now. Never once the faults have ended. */
  strikes(name: FaultName): boolean;
  /** Whether it strikes, among what must not end with the faults: what is in a submission, for instance. */
  isPlanned(name: FaultName): boolean;
  /** Counts a fault that was decided elsewhere. */
  note(name: FaultName): void;
  /** From now on nothing strikes any more. */
  end(): void;
  readonly ended: boolean;
  readonly counts: Readonly<Partial<Record<FaultName, number>>>;
}

/** Builds the decider over a seed's mix. */
export function createFaults(mix: FaultMix, random: SeededRandom): Faults {
  const counts: Partial<Record<FaultName, number>> = {};
  let ended = false;
  const note = (name: FaultName): void => {
    counts[name] = (counts[name] ?? 0) + 1;
  };
  const draw = (name: FaultName): boolean => {
    const isHit = random.chance(mix[name]);
    if (isHit) note(name);
    return isHit;
  };
  return {
    strikes: (name) => !ended && draw(name),
    isPlanned: draw,
    note,
    end: () => {
      ended = true;
    },
    get ended() {
      return ended;
    },
    counts,
  };
}
