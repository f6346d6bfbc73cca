import { createServer, type Server } from 'node:net';
import { listenOnLoopback, PortTakenError, TAKEN_REMEDY } from './emulators/listen.ts';
import { ANY_PORTS, FETCH_BLOCKED_PORTS, portsFrom } from './start-pipeline.ts';

const PORT_MAX = 65_535;

/**
 * Finds a port for webhooks whose neighbours, where the rest of a pipeline listens, are free as well: the other
 * commands work them out from it (`portsFrom`). Another program may take one before it is used.
 */
export async function findFreePort(): Promise<number> {
  for (;;) {
    const held: Server[] = [];
    try {
      const port = await hold(ANY_PORTS.endpoint, held);
      const { endpoint: _held, ...others } = portsFrom(port);
      if (await holdAll(Object.values(others), held)) return port;
    } finally {
      await Promise.all(held.map(close));
    }
  }
}

async function holdAll(ports: readonly number[], held: Server[]): Promise<boolean> {
  if (ports.some((port) => port > PORT_MAX || FETCH_BLOCKED_PORTS.has(port))) return false;
  try {
    for (const port of ports) await hold(port, held);
    return true;
  } catch (error) {
    if (error instanceof PortTakenError) return false;
    throw error;
  }
}

async function hold(port: number, held: Server[]): Promise<number> {
  const server = createServer();
  const taken = await listenOnLoopback(server, { port, what: 'Holdfast', remedy: TAKEN_REMEDY });
  held.push(server);
  return taken;
}

async function close(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
}
