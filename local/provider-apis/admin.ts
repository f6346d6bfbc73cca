import * as z from 'zod/mini';
import { type ApiAnswer, PLAYED_PROVIDERS, shapeOf } from './api-shapes.ts';
import { type ProviderApis, type Trouble, TROUBLES } from './provider-apis.ts';

const bodySchema = z.record(z.string(), z.unknown());
const tokenSchema = z.strictObject({ token: z.string().check(z.minLength(1)) });
const troubleSchema = z.strictObject({
  trouble: z.enum(TROUBLES as [Trouble, ...Trouble[]]),
  calls: z._default(z.number().check(z.int(), z.gte(1)), 1),
  retryAfterSeconds: z.optional(z.number().check(z.int(), z.gte(0))),
});

/**
 * Answers the admin routes: puts submissions in, sets tokens, plans trouble. Wrong input is 400 with
 * `{"error": …}`.
 *
 * @param path behind `/_admin/`: `<provider>/<what>[/<id>]`
 */
export function answerAdmin(
  apis: ProviderApis,
  method: string,
  path: string,
  body: unknown,
): ApiAnswer {
  const [provider = '', what = '', id = ''] = path.split('/').map(decodeURIComponent);
  const shape = shapeOf(provider);
  if (shape === undefined) return answer(404, { providers: PLAYED_PROVIDERS });
  try {
    if (id !== '') {
      if (!Object.hasOwn(shape.paths, what))
        return answer(404, { kinds: Object.keys(shape.paths) });
      const resource = { kind: what, id };
      if (method === 'DELETE') {
        return apis.remove(provider, resource) ? answer(200, {}) : answer(404, {});
      }
      if (method !== 'PUT') return answer(405, {});
      apis.put(provider, resource, bodySchema.parse(body));
      return answer(200, {});
    }
    switch (`${method} ${what}`) {
      case 'PUT token':
        apis.setToken(provider, tokenSchema.parse(body).token);
        return answer(200, {});
      case 'POST troubles': {
        const { retryAfterSeconds, ...trouble } = troubleSchema.parse(body);
        const wait = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
        apis.plan(provider, { ...trouble, ...wait });
        return answer(200, {});
      }
      case 'GET calls':
        return answer(200, { calls: apis.calls(provider) });
      default:
        return answer(404, {});
    }
  } catch (error) {
    if (error instanceof z.core.$ZodError) return answer(400, { error: z.prettifyError(error) });
    throw error;
  }
}

function answer(status: number, body: object): ApiAnswer {
  return { status, body };
}
