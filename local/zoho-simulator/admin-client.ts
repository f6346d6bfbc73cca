import type { JournalEntry } from './accounting/request-journal.ts';
import { parseJournal } from './accounting/request-journal.ts';
import type { SeedInput, SimulatorRecord, SimulatorStats } from './admin/contract.ts';
import { recordsSchema, statsSchema } from './admin/contract.ts';
import type { FaultInput } from './faults/fault.ts';
import { isObject } from './http/message.ts';
import type { Knobs } from './knobs.ts';
import { parseKnobs } from './knobs.ts';
import type { ModuleName } from './modules/module-names.ts';

/** What tests and tools do with a simulator besides talking Zoho to it. */
export interface SimulatorAdmin {
  /** Whether it answers. */
  health(): Promise<boolean>;
  /** No records, tokens, faults or journal, and the knobs of its start. */
  reset(): Promise<void>;
  /** Puts records in place. @returns them, in order */
  seed(input: SeedInput): Promise<readonly SimulatorRecord[]>;
  /** All records of a module, oldest first, converted ones included. */
  records(module?: ModuleName): Promise<readonly SimulatorRecord[]>;
  /** The last requests, oldest first. */
  journal(): Promise<readonly JournalEntry[]>;
  clearJournal(): Promise<void>;
  /** Adds faults behind those that are planned. */
  faults(...faults: readonly FaultInput[]): Promise<void>;
  clearFaults(): Promise<void>;
  /** Changes some knobs, or none. @returns all of them */
  knobs(changes?: Partial<Knobs>): Promise<Knobs>;
  stats(): Promise<SimulatorStats>;
  /** Makes writes to a record fail with RECORD_LOCKED for a while. */
  lock(id: string, forMs: number, module?: ModuleName): Promise<void>;
  /** Converts a lead. @returns the contact */
  convert(id: string): Promise<SimulatorRecord>;
  /** Deletes a record. */
  remove(id: string, module?: ModuleName): Promise<void>;
  /** Ends every access token; the refresh token stays. */
  expireTokens(): Promise<void>;
}

/** The simulator refused what it was told, or did not answer as one. */
export class SimulatorAdminError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SimulatorAdminError';
  }
}

/**
 * Talks to the admin endpoints of a running simulator.
 *
 * @param url its address, for example `http://127.0.0.1:4010`
 * @returns a client whose methods throw {@link SimulatorAdminError} when the simulator refuses
 */
export function createSimulatorAdmin(url: string): SimulatorAdmin {
  const send = async (method: string, name: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(new URL(`/_sim/${name}`, url), {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    if (response.ok) return answer;
    const reason = isObject(answer) ? answer['error'] : undefined;
    throw new SimulatorAdminError(
      `${method} /_sim/${name} answered ${response.status}: ${JSON.stringify(reason)}`,
    );
  };
  const sendOnly = async (method: string, name: string, body?: unknown): Promise<void> => {
    await send(method, name, body);
  };
  const receiveRecords = async (method: string, name: string, body?: unknown) =>
    recordsSchema.parse(await send(method, name, body)).records;
  return {
    health: async () => {
      try {
        await send('GET', 'health');
        return true;
      } catch {
        return false;
      }
    },
    reset: () => sendOnly('POST', 'reset'),
    seed: (input) => receiveRecords('POST', 'seed', input),
    records: (module = 'Leads') => receiveRecords('GET', `dump?module=${module}`),
    journal: async () => {
      const answer = await send('GET', 'journal');
      return parseJournal(isObject(answer) ? answer['entries'] : undefined);
    },
    clearJournal: () => sendOnly('DELETE', 'journal'),
    faults: (...faults) => sendOnly('POST', 'faults', faults),
    clearFaults: () => sendOnly('DELETE', 'faults'),
    knobs: async (changes = {}) => parseKnobs(await send('PATCH', 'knobs', changes)),
    stats: async () => statsSchema.parse(await send('GET', 'stats')),
    lock: (id, forMs, module = 'Leads') => sendOnly('POST', 'lock', { module, id, forMs }),
    convert: async (id) => {
      const [contact] = await receiveRecords('POST', 'convert', { id });
      if (contact === undefined) throw new SimulatorAdminError('The lead became no contact');
      return contact;
    },
    remove: (id, module = 'Leads') => sendOnly('POST', 'delete', { module, id }),
    expireTokens: () => sendOnly('POST', 'expire-tokens'),
  };
}
