import { createServer, type IncomingHttpHeaders } from 'node:http';
import { closeServer, listenOnLoopback } from '../../local/emulators/listen.ts';
import type { AwsAccess } from '../../local/operator/aws/aws-request.ts';

/** A request as it came. */
export interface AwsRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What is answered: XML as text, or JSON. */
export type AwsAnswerer = (request: AwsRequest) => {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly xml?: string;
  readonly json?: unknown;
};

/** A server that plays any service of AWS with the answers of a test, and keeps what it was asked. */
export async function startAnsweringAws(answer: AwsAnswerer): Promise<{
  readonly url: string;
  readonly access: AwsAccess;
  readonly requests: AwsRequest[];
  readonly stop: () => Promise<void>;
}> {
  const requests: AwsRequest[] = [];
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const request: AwsRequest = {
        method: incoming.method ?? '',
        path: incoming.url ?? '',
        headers: incoming.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      };
      requests.push(request);
      const { status = 200, headers = {}, xml, json } = answer(request);
      response.writeHead(status, headers).end(xml ?? JSON.stringify(json));
    });
  });
  const port = await listenOnLoopback(server, { port: 0, what: 'AWS', remedy: '' });
  const url = `http://127.0.0.1:${port}`;
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example' };
  return {
    url,
    access: { region: 'eu-central-1', credentials, env: { AWS_ENDPOINT_URL: url } },
    requests,
    stop: async () => await closeServer(server),
  };
}
