import type * as z from 'zod/mini';
import { type SourceBase, sourceSettings } from '../core/source-settings.ts';
import type { ProviderGuide } from './guide.ts';
import type { Provider, Reading, Submission } from './provider.ts';
import { buildSubmission } from './reading/build-submission.ts';
import { anyValue, flatFields } from './reading/flat-fields.ts';
import type { FormField } from './reading/form-field.ts';
import { unknownShape } from './reading/generic-sender.ts';
import { idText, isObject, type Json, type JsonObject, member, parseJson } from './reading/json.ts';
import { mayBeJson } from './reading/media-type.ts';
import { withoutVolatile } from './reading/without-volatile.ts';

/** Settings of a `netlify` source. */
export const netlifySettings = sourceSettings('netlify');

const EVENT_TYPE = 'form_submission';

/**
 * Netlify Forms: one submission a request, bare or wrapped as a function gets it (`payload`, `site`). The
 * JWS has no expiry, so that a replay is caught by the id alone.
 *
 * @see Netlify, Form notifications, payload signature, read 2026-11-22
 */
export const netlify = {
  authentication: () => ({
    kind: 'jws',
    header: 'x-webhook-signature',
    issuer: 'netlify',
    bodyHashClaim: 'sha256',
  }),
  accepts: mayBeJson,
  read: (request, source) => {
    const parsed = parseJson(request.body);
    return parsed.kind === 'unreadable' ? parsed : readBody(parsed.value, source);
  },
} satisfies Provider<z.output<typeof netlifySettings>>;

/** How to connect Netlify Forms. */
export const netlifyGuide: ProviderGuide = {
  title: 'Netlify Forms',
  secret: 'ours',
  steps: [
    'Open the project, then Forms, then Form notifications, and add an "HTTP POST request" for "New form submission".',
    'URL to notify: {url}',
    'JWS secret token, which Netlify calls optional and Holdfast requires: {secret}',
  ],
  signs:
    'a JWS (HS256) in `X-Webhook-Signature` with the claims `iss: netlify` and `sha256`, the hex SHA-256 of the body; no expiry',
  retries: 'not documented',
  givesUp: 'not documented',
  unconfirmed: [
    'whether it repeats a request, and when it switches a notification off',
    'that the page of the form is in `data.referrer` (from captures)',
  ],
  sources: ['Netlify, Form notifications, payload signature, read 2026-11-22'],
};

function readBody(body: Json, source: SourceBase): Reading {
  const wrapped = member(body, 'payload');
  const form = isObject(wrapped) ? wrapped : body;
  const data = member(form, 'data') ?? member(form, 'human_fields');
  if (!isObject(form) || !isObject(data)) return unknownShape('it has no data');
  const submission = buildSubmission(
    {
      eventType: EVENT_TYPE,
      sourceEventId: idText(member(form, 'id')),
      occurredAt: idText(member(form, 'created_at')),
      fields: readFields(data, member(form, 'ordered_human_fields')),
      facts: {
        form_id: idText(member(form, 'form_id')),
        form_name: idText(member(form, 'form_name')),
        page_url: idText(member(data, 'referrer')) ?? idText(member(form, 'site_url')),
      },
      content: withoutVolatile(form),
    },
    source,
  );
  return { kind: 'read', submissions: [withDerived(submission, form)] };
}

/** `data` has the names of the inputs; the list beside it their order on the page and their labels. */
function readFields(data: JsonObject, ordered: Json | undefined): FormField[] {
  const titled = new Map<string, Json>();
  for (const item of Array.isArray(ordered) ? (ordered as readonly Json[]) : []) {
    const name = idText(member(item, 'name')) ?? idText(member(item, 'title'));
    if (name !== undefined) titled.set(name, item);
  }
  // Netlify adds these two itself; they are no answers.
  const { ip: _ip, user_agent: _userAgent, ...asked } = data;
  const fields = flatFields(asked).map((field) => withTitle(field, titled.get(field.ids[0])));
  const elsewhere = [...titled].flatMap(([name, item]) => {
    const value = Object.hasOwn(data, name) ? undefined : anyValue(member(item, 'value'));
    return value === undefined ? [] : [withTitle({ ids: [name], value }, item)];
  });
  return [...fields, ...elsewhere];
}

function withTitle(field: FormField, item: Json | undefined): FormField {
  const label = idText(member(item, 'title'));
  return label === undefined ? field : { ...field, label };
}

/**
 * Netlify finds a name and an address among the answers by itself, and splits the name at its first space.
 * What is found here by names or by the configuration counts: a name that was given whole is split better.
 */
function withDerived(submission: Submission, form: JsonObject): Submission {
  const { attributes, email = idText(member(form, 'email')) } = submission;
  const isNamed = (['full_name', 'first_name', 'last_name'] as const).some(
    (name) => attributes[name] !== undefined,
  );
  const fullName = idText(member(form, 'name'));
  const firstName = fullName === undefined ? idText(member(form, 'first_name')) : undefined;
  const lastName = fullName === undefined ? idText(member(form, 'last_name')) : undefined;
  return {
    ...submission,
    ...(email === undefined ? {} : { email }),
    attributes: isNamed
      ? attributes
      : {
          ...attributes,
          ...(fullName === undefined ? {} : { full_name: fullName }),
          ...(firstName === undefined ? {} : { first_name: firstName }),
          ...(lastName === undefined ? {} : { last_name: lastName }),
        },
  };
}
