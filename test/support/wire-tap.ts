import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingHttpHeaders } from 'node:http';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** An HTTP request as it went over the wire. */
export interface TappedRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A tap on the way to a server. */
export interface WireTap {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/**
 * Listens on the way to an HTTP server on loopback: bytes go through as they are, both ways, and so do cut
 * connections; what the requests among them say is handed over.
 *
 * The bytes of each connection are copied into a second HTTP server that nobody hears, so that they are read by
 * Node's own parser and never changed.
 */
export async function startWireTap(
  targetUrl: string,
  onRequest: (request: TappedRequest) => void,
): Promise<WireTap> {
  const { hostname, port } = new URL(targetUrl);
  // Without time-outs of its own: a connection that rests for a while goes on being read.
  const patient = { keepAliveTimeout: 0, headersTimeout: 0, requestTimeout: 0 };
  const listener = createHttpServer(patient, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      onRequest({ method, path, headers, body: Buffer.concat(chunks).toString('utf8') });
      response.end();
    });
  });
  // A copy that ends in the middle of a request is no error: its connection did.
  listener.on('clientError', (_error, socket) => socket.destroy());

  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const target = connect(Number(port), hostname);
    const copy = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
    copy.on('error', () => {});
    listener.emit('connection', copy);
    for (const [from, to] of [
      [client, target],
      [target, client],
    ] as const) {
      sockets.add(from);
      from.pipe(to);
      // Its error is told to the other side as it came; an orderly end is passed on by the pipe.
      from.on('error', () => {});
      from.on('close', (hadError) => {
        sockets.delete(from);
        if (hadError) to.resetAndDestroy();
      });
    }
    client.on('data', (chunk) => copy.push(chunk));
    client.on('close', () => copy.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
