import { refusalReply, refuse } from '../http/errors.ts';
import { creditsExhausted, deadToken, tooManyConcurrent } from '../http/gate.ts';
import type { SimReply } from '../http/message.ts';
import { isObject, jsonReply, parseJson } from '../http/message.ts';
import type { World } from '../world.ts';
import type { RequestFault } from './fault-script.ts';

/**
 * How an exchange ends on the wire.
 *
 * - `reply`: as it is; `cut`: half of its bytes, then a reset
 * - `hang`: nothing, until the client gives up; `reset`: nothing, and the connection is reset
 */
export type Ending =
  | { readonly kind: 'reply' | 'cut'; readonly reply: SimReply }
  | { readonly kind: 'hang' | 'reset' };

/** Whether a fault strikes before the request takes effect. */
export function strikesBefore(fault: RequestFault): boolean {
  switch (fault.kind) {
    case 'unauthorized':
    case 'too_many_concurrent':
    case 'credits_exhausted':
      return true;
    case 'truncated_json':
    case 'cut_connection':
    case 'short_data':
      return false;
    case 'internal_error':
    case 'bad_gateway_html':
    case 'unavailable':
    case 'hang':
    case 'reset':
    case 'success_with_error_body':
    case 'delay':
      return fault.when === 'before';
  }
}

/**
 * Ends an exchange that a fault struck.
 *
 * @param answer what would have been answered; `undefined` when the fault struck before
 */
export function endingOf(fault: RequestFault, answer: SimReply | undefined, world: World): Ending {
  const reply = answer ?? jsonReply(200, { data: [] });
  const shape = world.knobs.current().requestErrorShape;
  switch (fault.kind) {
    case 'internal_error':
      return replyWith(refusalReply(refuse(500, 'INTERNAL_ERROR', 'Internal Server Error'), shape));
    case 'bad_gateway_html':
      return replyWith(BAD_GATEWAY);
    case 'unavailable':
      return replyWith(
        refusalReply(refuse(503, 'SERVICE_UNAVAILABLE', 'The service is unavailable'), shape),
      );
    case 'success_with_error_body':
      return replyWith({
        ...refusalReply(refuse(200, 'INTERNAL_ERROR', 'Internal Server Error'), shape),
      });
    case 'unauthorized':
      return replyWith(refusalReply(deadToken(world.knobs.current().deadTokenCode), shape));
    case 'too_many_concurrent':
      return replyWith(refusalReply(tooManyConcurrent(world), shape));
    case 'credits_exhausted':
      return replyWith(refusalReply(creditsExhausted(world), shape));
    case 'hang':
    case 'reset':
      return { kind: fault.kind };
    case 'cut_connection':
      return { kind: 'cut', reply };
    case 'truncated_json':
      return replyWith({ ...reply, body: firstHalf(reply.body) });
    case 'short_data':
      return replyWith({ ...reply, body: withoutLastRow(reply.body) });
    case 'delay':
      return replyWith(reply);
  }
}

const BAD_GATEWAY: SimReply = {
  status: 502,
  headers: {},
  contentType: 'text/html',
  body: '<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>\n',
};

function replyWith(reply: SimReply): Ending {
  return { kind: 'reply', reply };
}

function firstHalf(text: string): string {
  return text.slice(0, Math.floor(text.length / 2));
}

function withoutLastRow(body: string): string {
  const json = parseJson(Buffer.from(body));
  if (!isObject(json) || !Array.isArray(json['data'])) return body;
  return JSON.stringify({ ...json, data: json['data'].slice(0, -1) });
}
