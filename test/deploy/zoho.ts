import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { createServer, type TLSSocket } from 'node:tls';
import { startZohoSimulator } from '../../local/zoho-simulator/simulator.ts';
import { makeCertificate } from './certificate.ts';

/** The Zoho simulator, with TLS before it. */
export interface SecureZoho {
  /** Where functions and commands reach it. */
  readonly url: string;
  /** Where the test itself does. */
  readonly plainUrl: string;
  /** What they have to trust, for `NODE_EXTRA_CA_CERTS`. */
  readonly certificateFile: string;
  close(): Promise<void>;
}

/** Starts it, both on the loopback interface. */
export async function startSecureZoho(folder: string): Promise<SecureZoho> {
  const simulator = await startZohoSimulator();
  const { certificate, key } = makeCertificate(Date.now());
  const certificateFile = path.join(folder, 'zoho.pem');
  writeFileSync(certificateFile, certificate);
  const { port: plainPort } = new URL(simulator.url);
  const open = new Set<TLSSocket>();
  const server = createServer({ cert: certificate, key }, (secure) => {
    const plain = connect(Number(plainPort), '127.0.0.1');
    open.add(secure);
    secure.on('error', () => plain.destroy()).on('close', () => open.delete(secure));
    plain.on('error', () => secure.destroy());
    secure.pipe(plain).pipe(secure);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('There is no free port');
  return {
    url: `https://127.0.0.1:${address.port}`,
    plainUrl: simulator.url,
    certificateFile,
    close: async () => {
      for (const secure of open) secure.destroy();
      await new Promise((resolve) => server.close(resolve));
      await simulator.close();
    },
  };
}
