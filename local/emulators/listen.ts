import type { Server as HttpServer } from 'node:http';
import type { AddressInfo, Server } from 'node:net';

/** A port that another program holds. The message names the port and how to choose another one. */
export class PortTakenError extends Error {
  readonly port: number;

  constructor(what: string, port: number, remedy: string) {
    super(`Port ${port} on 127.0.0.1 is taken, so ${what} can't start. ${remedy}`);
    this.name = 'PortTakenError';
    this.port = port;
  }
}

/** Whether an error says that an address is in use. */
export function isAddressInUse(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}

/**
 * Binds a server to the loopback interface, which no other machine can reach.
 *
 * @param port 0 for any free one
 * @returns the port
 * @throws {PortTakenError}
 */
export async function listenOnLoopback(
  server: Server,
  { port, what, remedy }: { port: number; what: string; remedy: string },
): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(isAddressInUse(error) ? new PortTakenError(what, port, remedy) : error),
    );
    server.listen(port, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}

const CLOSE_PATIENCE_MS = 5_000;

/** Stops a server: no new connection, requests in flight are answered, idle connections are cut. */
export async function closeServer(server: HttpServer): Promise<void> {
  // A connection that is kept alive becomes idle only after its answer, so they are looked at again.
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  const patience = setTimeout(() => server.closeAllConnections(), CLOSE_PATIENCE_MS);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  clearInterval(sweep);
  clearTimeout(patience);
}

/** What to do about any taken port of the pipeline. */
export const TAKEN_REMEDY =
  'Is Holdfast running already? Stop it, or run a second one beside it: ' +
  'npm start -- --port 5000 --data-dir .holdfast-2';
