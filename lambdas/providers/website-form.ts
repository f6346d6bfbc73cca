import type { SourceConfig } from '../core/source-settings.ts';
import { failure } from '../core/failure.ts';
import { collectFields } from './collect-fields.ts';
import { candidatesOf, flatAnswers } from './flat-answers.ts';
import { idText, isObject, type Json, type JsonObject, member, parseJson } from './json.ts';
import { FORM_URLENCODED, mayBeJson, mediaTypeOf } from './media-type.ts';
import type { Provider, Reading, WebhookRequest } from './provider.ts';
import { readConsent } from './read-consent.ts';
import { squashName } from './recognize-field.ts';
import { refused } from './verify-hmac.ts';
import { withoutVolatile } from './without-volatile.ts';

type WebsiteFormSource = Extract<SourceConfig, { provider: 'website_form' }>;

const EVENT_TYPE = 'form_submission';

/**
 * The contact form of a website: JSON or a plain HTML form, from a browser.
 *
 * A page can hold no secret, so nothing is signed. What a browser says about its page can be relied on,
 * though: a request whose `Origin` is not allowed is refused. One without an `Origin` comes from a server
 * (a site that posts its forms itself, `curl`) and is taken: any program could claim an allowed origin,
 * so refusing it would keep out honest servers only.
 *
 * The id is `submission_id`, which the page makes once per form shown, so that a double click is one
 * lead. The browser's clock is not trusted: a submission takes place when it is received.
 */
export const websiteForm: Provider<WebsiteFormSource> = {
  signed: false,
  accepts: mayBeJson,
  verify: (request, source) => {
    const origin = request.headers['origin'];
    return origin === undefined || source.allowedOrigins.includes(origin)
      ? { kind: 'verified', secretUsed: 'none' }
      : refused('origin');
  },
  read: (request, source) => {
    const form = readForm(request);
    return form.kind === 'unreadable' ? form : readFields(form.value, source);
  },
};

function readForm(request: WebhookRequest): ReturnType<typeof parseJson> {
  // curl calls JSON a form when it is not told otherwise. No form starts with a brace: browsers write %7B.
  const isForm = mediaTypeOf(request) === FORM_URLENCODED && !startsWithBrace(request.body);
  return isForm
    ? { kind: 'parsed', value: parseUrlencoded(request.body) }
    : parseJson(request.body);
}

function startsWithBrace(body: Uint8Array): boolean {
  const first = body.find((byte) => ![0x20, 0x09, 0x0a, 0x0d].includes(byte));
  return first === 0x7b;
}

/**
 * Reads a plain form; keys that repeat keep all their values. Bytes that are not UTF-8 become U+FFFD: an
 * old page in another encoding still brings an address that can be used, and the raw event has the bytes.
 */
function parseUrlencoded(body: Uint8Array): JsonObject {
  const form = new Map<string, string | string[]>();
  for (const [key, value] of new URLSearchParams(new TextDecoder().decode(body))) {
    const before = form.get(key);
    if (before === undefined) form.set(key, value);
    else if (typeof before === 'string') form.set(key, [before, value]);
    else before.push(value);
  }
  return Object.fromEntries(form);
}

function readFields(body: Json, source: WebsiteFormSource): Reading {
  if (!isObject(body)) {
    return { kind: 'unreadable', failure: failure('unknown_shape', 'it is not an object') };
  }

  // The trap is no question, and its usual name ("website") must not become one.
  const fields = Object.fromEntries(
    Object.entries(body).filter(([name]) => name !== source.honeypotField),
  );
  const answers = flatAnswers(fields);
  const sourceEventId = idText(
    Object.entries(fields).find(([name]) => squashName(name) === 'submissionid')?.[1],
  );

  return {
    kind: 'read',
    submissions: [
      {
        eventType: EVENT_TYPE,
        ...(sourceEventId === undefined ? {} : { sourceEventId }),
        ...collectFields(candidatesOf(answers, source.fields)),
        answers,
        consent: readConsent(answers),
        isTest: false,
        isSpam:
          source.honeypotField !== undefined && isFilledIn(member(body, source.honeypotField)),
        content: withoutVolatile(fields),
      },
    ],
  };
}

function isFilledIn(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === false || value === 0) return false;
  if (typeof value === 'string') return value.trim() !== '';
  if (Array.isArray(value)) return (value as readonly Json[]).some(isFilledIn);
  return !isObject(value) || Object.keys(value).length > 0;
}
