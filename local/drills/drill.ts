import type { SimulatedWorld } from '../simulation/simulated-world.ts';

/** What a source's people do in an ordinary day. Hours are of the simulated day, UTC. */
export interface DrillTraffic {
  readonly source: string;
  /** Leads a day, spread evenly over the hours that follow; 1 or more. */
  readonly leadsPerDay: number;
  /** 0–23. */
  readonly fromHour: number;
  /** 1–24. */
  readonly untilHour: number;
  /** Nothing comes from then on, counted from the start of the drill. */
  readonly endsAtMs?: number;
  /** Nothing comes before, counted from the start of the drill. */
  readonly beginsAtMs?: number;
}

/** One thing that goes wrong, rehearsed: what happens, when, and how long it is looked at. */
export interface Drill {
  readonly name: string;
  /** One sentence: what goes wrong. */
  readonly says: string;
  readonly traffic: readonly DrillTraffic[];
  /** When it begins to go wrong, counted from the start. Delays are counted from here. */
  readonly onsetMs: number;
  /** How long the drill is, in milliseconds. */
  readonly lastsMs: number;
  /** While Zoho is gone. */
  readonly outage?: { readonly fromMs: number; readonly untilMs: number };
  /** Makes it go wrong, where an outage of Zoho or missing leads are not enough. */
  readonly disturb?: (stage: DrillStage) => void;
}

/** What a drill may do to the simulated installation. */
export interface DrillStage {
  readonly world: SimulatedWorld;
  /** Runs something `ms` milliseconds after the start. */
  readonly at: (ms: number, run: () => void) => void;
  /** The table refuses new events, as if it had no capacity; `false` ends that. */
  readonly refuseEvents: (isOn: boolean) => void;
  /** The schedule of the sweeper is switched off. */
  readonly stopSweeper: () => void;
}
