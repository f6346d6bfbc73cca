import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A TCP proxy on loopback that tests can cut and mend. */
export interface CuttableProxy {
  readonly url: string;
  /** Ends all connections and refuses new ones. */
  cut(): void;
  mend(): void;
  /**
   * Lets requests through and cuts the connection at the first byte of the answer: what they asked for has
   * been done, and nobody hears of it.
   *
   * @param options.count answers that are lost, 0 for none any more
   * @param options.after answers that still get through before
   */
  loseAnswers(options: { count: number; after?: number }): void;
  stop(): Promise<void>;
}

export async function startCuttableProxy(targetPort: number): Promise<CuttableProxy> {
  const sockets = new Set<Socket>();
  let isCut = false;
  const answers = { toPass: 0, toLose: 0 };
  const server: Server = createServer((client) => {
    if (isCut) {
      client.destroy();
      return;
    }
    const target = connect(targetPort, '127.0.0.1');
    for (const socket of [client, target]) {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      // A cut is not an error of the test.
      socket.on('error', () => socket.destroy());
    }
    client.pipe(target);
    target.on('data', (chunk) => {
      if (answers.toPass > 0 || answers.toLose === 0) {
        answers.toPass = Math.max(0, answers.toPass - 1);
        client.write(chunk);
        return;
      }
      answers.toLose -= 1;
      client.destroy();
      target.destroy();
    });
    target.on('end', () => client.end());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const destroyAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut: () => {
      isCut = true;
      destroyAll();
    },
    mend: () => {
      isCut = false;
    },
    loseAnswers: ({ count, after = 0 }) => {
      Object.assign(answers, { toPass: after, toLose: count });
    },
    stop: async () => {
      destroyAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
