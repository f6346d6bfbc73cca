import { createServer, type IncomingMessage } from 'node:http';
import * as z from 'zod/mini';
import { METRIC_STEP_SECONDS } from '../lambdas/core/ports/metric-reader.ts';
import type { MetricName } from '../lambdas/core/metric-names.ts';
import { closeServer, listenOnLoopback, TAKEN_REMEDY } from './emulators/listen.ts';
import type { MetricHistory } from './metric-history.ts';

/** Answers what the local pipeline has measured. */
export interface MetricServer {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

const BODY_BYTES_MAX = 1_000_000;

const requestSchema = z.object({
  queries: z.array(
    z.object({
      name: z.string(),
      source: z.optional(z.string()),
      statistic: z.enum(['sum', 'max', 'min']),
    }),
  ),
  fromMs: z.number(),
  toMs: z.number(),
  stepSeconds: z.number().check(z.multipleOf(METRIC_STEP_SECONDS), z.gt(0)),
});

/**
 * Answers on loopback: `POST /` with a `MetricRequest` as JSON gets a `MetricAnswer`. A port of its own, since a
 * command knows the port of a pipeline and not its data directory.
 *
 * @param port 0 for any free one
 * @throws {PortTakenError}
 */
export async function startMetricServer(
  history: Pick<MetricHistory, 'read'>,
  { port }: { readonly port: number },
): Promise<MetricServer> {
  const server = createServer((request, response) => {
    answer(request, history)
      .then(({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(body));
      })
      .catch(() => response.destroy());
  });
  const bound = await listenOnLoopback(server, {
    port,
    what: 'what answers questions for numbers',
    remedy: TAKEN_REMEDY,
  });
  return { url: `http://127.0.0.1:${bound}`, stop: async () => await closeServer(server) };
}

async function answer(
  request: IncomingMessage,
  history: Pick<MetricHistory, 'read'>,
): Promise<{ readonly status: number; readonly body: unknown }> {
  const parsed = requestSchema.safeParse(await readJson(request));
  if (!parsed.success)
    return { status: 400, body: { message: 'This is no question for numbers.' } };
  const { queries, ...when } = parsed.data;
  const answer = history.read({
    ...when,
    queries: queries.map(({ name, source, statistic }) => ({
      // A metric that was never measured has no values, whatever its name.
      name: name as MetricName,
      statistic,
      ...(source === undefined ? {} : { source }),
    })),
  });
  return { status: 200, body: answer };
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > BODY_BYTES_MAX) return undefined;
    chunks.push(chunk as Buffer);
  }
  try {
    const value: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    return value;
  } catch {
    return undefined;
  }
}
