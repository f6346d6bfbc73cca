import { createHash } from 'node:crypto';
import type { HumanAnswer, HumanQuestion } from '../core/ports/human-check.ts';
import { payloadHash } from '../core/payload-hash.ts';
import type { HumanCheckRule, WebhookRequest } from '../providers/provider.ts';
import { isObject, member } from '../providers/reading/json.ts';
import { readForm } from '../providers/reading/read-form.ts';
import { withoutVolatile } from '../providers/reading/without-volatile.ts';
import { parseSourceSecrets, secretsAt } from '../providers/verification/source-secrets.ts';
import type { IntakePorts } from './intake-ports.ts';
import { replaceBytes, spellingsOf } from './replace-bytes.ts';

/**
 * Whether a person filled in a form.
 *
 * - `human`: yes
 * - `spent`: its token was used before; only what is stored already may be answered for it
 * - `refused`: no, or nothing says so
 * - `unknown`: nobody could tell
 *
 * `body` is the request's without the token.
 */
export type HumanVerdict =
  | { readonly kind: 'human' | 'spent' | 'unknown'; readonly body: Uint8Array }
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * Printable, and no longer than a token is (Cloudflare, Turnstile, read 2026-11-22). Shorter ones are none, and
 * taking them out of the body would take out parts of words.
 */
const TOKEN = /^[\x21-\x7e]{16,2048}$/;

/** After this, no other secret is tried: the sender waits. */
const ASKING_MS = 4_000;

/**
 * Asks whether a person filled in a form.
 *
 * A token counts once, but the same submission may come again with it (a double click, a retry after a 5xx): the
 * question has a key made of both, so that the same question has the same answer, and another submission with
 * the token has none.
 *
 * A secret that is refused is read past the cache once, since it may just have been replaced.
 *
 * @throws {SecretUnavailableError} the secret cannot be read or is not usable: the fault is ours
 */
export async function checkHuman(
  ports: Pick<IntakePorts, 'humans' | 'secrets' | 'clock'>,
  rule: HumanCheckRule,
  sourceName: string,
  secretId: string,
  request: WebhookRequest,
): Promise<HumanVerdict> {
  const form = await readForm(request);
  const token = form.kind === 'parsed' ? member(form.value, rule.field) : undefined;
  if (form.kind !== 'parsed' || !isObject(form.value)) return refused('no_form');
  if (typeof token !== 'string' || token === '') return refused('no_token');
  if (!TOKEN.test(token)) return refused('malformed_token');

  const body = withoutToken(request.body, token);
  // No browser writes it in a way in which it is not found.
  if (await holdsToken({ ...request, body }, rule, token)) return refused('malformed_token');

  const said = Object.fromEntries(
    Object.entries(form.value).filter(([name]) => name !== rule.field),
  );
  const idempotencyKey = uuidOf(`${token}\0${payloadHash(withoutVolatile(said))}`);
  const answer = await askWithSecrets(ports, sourceName, secretId, { token, idempotencyKey });
  switch (answer.kind) {
    case 'passed':
      return judge(answer, rule) ?? { kind: 'human', body };
    case 'failed':
      return refused('failed');
    case 'spent':
      return { kind: 'spent', body };
    case 'secret_refused':
    case 'no_answer':
      return { kind: 'unknown', body };
  }
}

async function askWithSecrets(
  { humans, secrets, clock }: Pick<IntakePorts, 'humans' | 'secrets' | 'clock'>,
  sourceName: string,
  secretId: string,
  question: Omit<HumanQuestion, 'secret'>,
): Promise<HumanAnswer> {
  const startedAtMs = clock.nowMs();
  const inForce = (text: string) => secretsAt(parseSourceSecrets(sourceName, text), startedAtMs);
  const known = inForce(await secrets.read(secretId));
  let answer = await humans.ask({ ...question, secret: known.current });
  if (answer.kind !== 'secret_refused') return answer;

  const fresh = inForce(await secrets.read(secretId, { fresh: true }));
  const others = new Set([fresh.current, fresh.previous, known.previous]);
  others.delete(known.current);
  for (const secret of others) {
    const isLate = clock.nowMs() - startedAtMs >= ASKING_MS;
    if (secret === undefined || isLate || answer.kind !== 'secret_refused') continue;
    answer = await humans.ask({ ...question, secret });
  }
  return answer;
}

/** Solved elsewhere, or for something else, is not solved here. */
function judge(
  { hostname, action }: Extract<HumanAnswer, { kind: 'passed' }>,
  rule: HumanCheckRule,
): HumanVerdict | undefined {
  if (rule.hostnames !== undefined && !rule.hostnames.includes(hostname ?? '')) {
    return refused('other_hostname');
  }
  return rule.action !== undefined && rule.action !== action ? refused('other_action') : undefined;
}

function withoutToken(body: Uint8Array, token: string): Uint8Array {
  return [...spellingsOf(token)].reduce(
    (bytes, text) => replaceBytes(bytes, text, '[redacted]'),
    body,
  );
}

async function holdsToken(
  request: WebhookRequest,
  rule: HumanCheckRule,
  token: string,
): Promise<boolean> {
  const form = await readForm(request);
  return form.kind !== 'parsed' || member(form.value, rule.field) === token;
}

/** In the form of a random UUID, which is what every checker of UUIDs takes. */
function uuidOf(text: string): string {
  const bytes = createHash('sha256').update(text, 'utf8').digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [0, 8, 12, 16, 20].map((at, n) => hex.slice(at, [8, 12, 16, 20, 32][n])).join('-');
}

function refused(reason: string): HumanVerdict {
  return { kind: 'refused', reason };
}
