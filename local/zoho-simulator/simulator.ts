import type { FastifyInstance } from 'fastify';
import { HoldfastError } from '../../lambdas/core/errors.ts';
import { buildServer } from './http/server.ts';
import type { Knobs } from './knobs.ts';
import { NO_JOURNAL, openRecordFile } from './records/record-file.ts';
import type { World } from './world.ts';
import { createWorld } from './world.ts';

/** How to start a simulator. Each knob may be given too; the README lists them. */
export interface ZohoSimulatorOptions extends Partial<Knobs> {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /**
   * Keeps records across restarts, with their ids and workflow counts: an append-only file of JSON
   * lines. Without it they live in memory.
   */
  readonly dataFile?: string;
  /** Milliseconds since the epoch: what tokens, limits, timestamps and the search index go by. */
  readonly now?: () => number;
}

/** A simulator that listens. */
export interface ZohoSimulator {
  /** `http://127.0.0.1:PORT`: the accounts server and the API server at once. */
  readonly url: string;
  /** Stops it like a power cut: calls under way end without an answer. Safe to call twice. */
  close(): Promise<void>;
}

/** The simulator cannot listen. The message says why and what to do. */
export class SimulatorStartError extends HoldfastError {
  constructor(message: string, cause: unknown) {
    super('simulator_start_failed', message, { cause });
  }
}

const HOST = '127.0.0.1';

/**
 * Starts a Zoho CRM v8 that lives in this process, on the loopback interface alone.
 *
 * @throws {SimulatorStartError} when the port is taken
 * @throws {SimulatorInputError} when a knob or the data file is wrong
 */
export async function startZohoSimulator(
  options: ZohoSimulatorOptions = {},
): Promise<ZohoSimulator> {
  const { port = 0, dataFile, now = Date.now, ...knobs } = options;
  const records =
    dataFile === undefined ? { changes: [], journal: NO_JOURNAL } : openRecordFile(dataFile);
  const world = createWorld({ now, knobs, records });
  let url = '';
  const server = buildServer(world, () => url);
  try {
    await server.listen({ host: HOST, port });
  } catch (error) {
    world.close();
    throw startError(error, port);
  }
  url = `http://${HOST}:${listeningPort(server)}`;
  let closed: Promise<void> | undefined;
  return {
    url,
    close: () => {
      closed ??= stop(server, world);
      return closed;
    },
  };
}

async function stop(server: FastifyInstance, world: World): Promise<void> {
  await server.close();
  world.close();
}

function startError(error: unknown, port: number): SimulatorStartError {
  const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  return new SimulatorStartError(
    taken
      ? `Port ${port} is taken. Stop what listens there, or choose another port.`
      : `The Zoho simulator cannot listen on ${HOST}:${port}.`,
    error,
  );
}

function listeningPort(server: FastifyInstance): number {
  const address = server.server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
