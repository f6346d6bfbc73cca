import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fastify from 'fastify';
import { answerAdmin } from '../admin/admin-api.ts';
import type { Ending } from '../faults/ending.ts';
import type { World } from '../world.ts';
import { exchange, isOauth } from './exchange.ts';
import type { SimReply, SimRequest } from './message.ts';

/** Zoho publishes no limit of a request's size; 100 rows with 32,000 characters each fit. */
const BODY_BYTES_MAX = 16 * 1024 * 1024;

/** Everything under it is the simulator's own, not Zoho's. */
const ADMIN_PREFIX = '/_sim/';

/**
 * Builds the HTTP server: one door for all requests, which turns them into values and endings into
 * bytes. It takes any content type, or none.
 *
 * @param baseUrl the server's own address, known once it listens
 */
export function buildServer(world: World, baseUrl: () => string): FastifyInstance {
  const server = fastify({
    bodyLimit: BODY_BYTES_MAX,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    logger: false,
  });
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
  server.route({
    method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    url: '*',
    handler: async (request, reply) => {
      const simRequest = readRequest(request);
      if (simRequest.path.startsWith(ADMIN_PREFIX)) {
        return await sendReply(reply, answerAdmin(simRequest, world));
      }
      return await answer(simRequest, reply, world, baseUrl());
    },
  });
  return server;
}

/** A call counts as under way until its answer is sent or its connection is gone. */
async function answer(
  request: SimRequest,
  reply: FastifyReply,
  world: World,
  baseUrl: string,
): Promise<FastifyReply> {
  const call = isOauth(request) ? undefined : world.calls.enter();
  reply.raw.once('close', () => call?.leave());
  const ending = await exchange(request, { world, underWay: call?.underWay ?? 0, baseUrl });
  if (ending.kind !== 'hang') call?.leave();
  return await end(ending, reply);
}

async function end(ending: Ending, reply: FastifyReply): Promise<FastifyReply> {
  switch (ending.kind) {
    case 'reply':
      return await sendReply(reply, ending.reply);
    case 'cut':
      reply.hijack();
      sendHalf(reply, ending.reply);
      return reply;
    case 'hang':
      return reply.hijack();
    case 'reset':
      reply.hijack();
      reply.raw.socket?.resetAndDestroy();
      return reply;
  }
}

function sendReply(reply: FastifyReply, answer: SimReply): FastifyReply {
  void reply.code(answer.status).headers(answer.headers);
  if (answer.body === '') return reply.send();
  return reply.header('content-type', answer.contentType).send(Buffer.from(answer.body));
}

function sendHalf(reply: FastifyReply, answer: SimReply): void {
  const bytes = Buffer.from(answer.body);
  reply.raw.writeHead(answer.status, {
    'content-type': answer.contentType,
    'content-length': String(bytes.length),
  });
  reply.raw.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => {
    reply.raw.socket?.resetAndDestroy();
  });
}

function readRequest(request: FastifyRequest): SimRequest {
  const address = new URL(request.url, 'http://127.0.0.1');
  return {
    method: request.method,
    path: address.pathname,
    query: address.searchParams,
    headers: request.headers,
    body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
  };
}
