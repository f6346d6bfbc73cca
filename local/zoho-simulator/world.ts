import { setTimeout as delay } from 'node:timers/promises';
import { ConcurrencyGauge } from './accounting/concurrency.ts';
import { CreditLedger } from './accounting/credits.ts';
import { RequestJournal } from './accounting/request-journal.ts';
import { FaultScript } from './faults/fault-script.ts';
import type { Knobs } from './knobs.ts';
import { KnobBoard } from './knobs.ts';
import type { ModuleDefinition } from './modules/catalogue.ts';
import { moduleDefinition } from './modules/catalogue.ts';
import { CreatedFields } from './modules/created-fields.ts';
import type { ModuleName } from './modules/module-names.ts';
import { AccessTokens } from './oauth/access-tokens.ts';
import type { RecordChange, RecordJournal } from './records/record-file.ts';
import { RecordStore } from './records/store.ts';

/** The simulated organisation: every room's state, and what the rooms share. */
export interface World {
  readonly knobs: KnobBoard;
  readonly now: () => number;
  /** Uniform in [0, 1), seeded. */
  readonly random: () => number;
  /** Waits. Never ends once the simulator is closed: what was under way then does not take effect. */
  readonly sleep: (ms: number) => Promise<void>;
  readonly module: (name: ModuleName) => ModuleDefinition;
  readonly createdFields: CreatedFields;
  readonly tokens: AccessTokens;
  readonly store: RecordStore;
  readonly faults: FaultScript;
  readonly credits: CreditLedger;
  readonly calls: ConcurrencyGauge;
  readonly heavyCalls: ConcurrencyGauge;
  readonly journal: RequestJournal;
  /** 429s since the start or the last reset. */
  readonly refused: { burst: number; quota: number };
  /** Changes knobs; a new seed starts the random numbers anew. */
  changeKnobs(changes: unknown): Knobs;
  /** Back to the start: no records, created fields, tokens, faults or journal, and the knobs of the start. */
  reset(): void;
  close(): void;
}

/** Builds the rooms' state. @throws {SimulatorInputError} when a knob is wrong */
export function createWorld(options: {
  readonly now: () => number;
  readonly knobs: Partial<Knobs>;
  readonly records: { readonly changes: readonly RecordChange[]; readonly journal: RecordJournal };
  /** How the organisation waits, when its time is not the machine's. */
  readonly sleep?: (ms: number) => Promise<void>;
}): World {
  const { now } = options;
  const knobs = new KnobBoard(options.knobs);
  const current = () => knobs.current();
  const closing = new AbortController();
  const refused = { burst: 0, quota: 0 };
  const tokens = new AccessTokens(current, now);
  const store = new RecordStore(now, options.records.journal, options.records.changes);
  const createdFields = new CreatedFields(options.records.journal, options.records.changes);
  const faults = new FaultScript();
  const credits = new CreditLedger(current, now);
  const calls = new ConcurrencyGauge();
  const heavyCalls = new ConcurrencyGauge();
  const journal = new RequestJournal();
  let draw = seededRandom(current().seed);
  return {
    knobs,
    now,
    random: () => draw(),
    sleep: options.sleep ?? (async (ms) => await sleepUntilClosed(ms, closing.signal)),
    module: (name) => moduleDefinition(name, current(), createdFields.of(name)),
    createdFields,
    tokens,
    store,
    faults,
    credits,
    calls,
    heavyCalls,
    journal,
    refused,
    changeKnobs: (changes) => {
      const before = current().seed;
      const after = knobs.change(changes);
      if (after.seed !== before) draw = seededRandom(after.seed);
      return after;
    },
    reset: () => {
      knobs.reset();
      draw = seededRandom(current().seed);
      for (const room of [tokens, store, createdFields, credits, calls, heavyCalls]) room.reset();
      faults.clear();
      journal.clear();
      Object.assign(refused, { burst: 0, quota: 0 });
    },
    close: () => {
      closing.abort();
      options.records.journal.close();
    },
  };
}

async function sleepUntilClosed(ms: number, closing: AbortSignal): Promise<void> {
  if (ms === 0) return;
  try {
    await delay(ms, undefined, { signal: closing });
  } catch {
    await new Promise<never>(() => {});
  }
}

/** Mulberry32: small, seeded, good enough to choose among records. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d_2b_79_f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
