import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { closeServer, listenOnLoopback, TAKEN_REMEDY } from '../emulators/listen.ts';
import { answerAdmin } from './admin.ts';
import { type ApiEnding, createProviderApis, type ProviderApis } from './provider-apis.ts';

/** The providers' APIs, listening. */
export interface ProviderApiServer {
  /** `http://127.0.0.1:PORT`; each provider's API lies below its name. */
  readonly url: string;
  readonly apis: ProviderApis;
  close(): Promise<void>;
}

/** Everything under it is this server's own. */
const ADMIN_PREFIX = '/_admin/';

/**
 * Plays the APIs from which details of submissions are read, on the loopback interface alone.
 *
 * ```
 * GET    /<provider>/…                            what the provider's API would answer
 * PUT    /_admin/<provider>/submissions/<id>      JSON: what the submission says; `forms` likewise
 * DELETE /_admin/<provider>/submissions/<id>
 * PUT    /_admin/<provider>/token                 {"token": "…"}
 * POST   /_admin/<provider>/troubles              {"trouble": "rate_limited", "calls": 2, "retryAfterSeconds": 5}
 * GET    /_admin/<provider>/calls                 what was called
 * ```
 *
 * @param options.port 0, the default, takes any free one
 * @throws {PortTakenError}
 */
export async function startProviderApis(
  options: { readonly port?: number } = {},
): Promise<ProviderApiServer> {
  const apis = createProviderApis();
  const server = buildServer(apis);
  await server.ready();
  const port = await listenOnLoopback(server.server, {
    port: options.port ?? 0,
    what: 'the APIs of the providers',
    remedy: TAKEN_REMEDY,
  });
  return {
    url: `http://127.0.0.1:${port}`,
    apis,
    close: async () => {
      // Calls that hang are not waited for.
      server.server.closeAllConnections();
      await closeServer(server.server);
    },
  };
}

function buildServer(apis: ProviderApis): FastifyInstance {
  const server = fastify({ logger: false, exposeHeadRoutes: false });
  server.route({
    method: ['GET', 'PUT', 'POST', 'DELETE'],
    url: '*',
    handler: async (request, reply) => {
      const url = new URL(request.url, 'http://127.0.0.1');
      if (url.pathname.startsWith(ADMIN_PREFIX)) {
        const path = url.pathname.slice(ADMIN_PREFIX.length);
        const { status, body } = answerAdmin(apis, request.method, path, request.body);
        return await reply.code(status).send(body);
      }
      const [, provider = '', ...rest] = url.pathname.split('/');
      const target = { path: `/${rest.join('/')}`, query: url.searchParams };
      const headers = request.headers as Readonly<Record<string, string | undefined>>;
      return await end(apis.answer(provider, target, headers), reply);
    },
  });
  return server;
}

async function end(ending: ApiEnding, reply: FastifyReply): Promise<FastifyReply> {
  switch (ending.kind) {
    case 'hang':
      return reply.hijack();
    case 'cut': {
      const text = JSON.stringify(ending.body);
      return await reply
        .code(ending.status)
        .type('application/json')
        .send(text.slice(0, Math.ceil(text.length / 2)));
    }
    case 'answer':
      return await reply
        .code(ending.status)
        .headers({ ...ending.headers })
        .send(ending.body);
  }
}
