import { readdirSync, readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import type { SampleLead } from './sample-lead.ts';

const text = z.record(z.string(), z.string());
const json = z.json();

/** What comes of one submission, with placeholders. */
const expectedSchema = z.strictObject({
  event_type: z.string(),
  source_event_id: z.optional(z.string()),
  delivery_id: z.optional(z.string()),
  occurred_at: z.optional(z.string()),
  identity: z.optional(text),
  attributes: z.optional(text),
  consent: z.optional(z.array(json)),
  suppression: z.optional(z.enum(['spam_trap', 'test_lead', 'deleted_at_source', 'not_a_lead'])),
  details: z.optional(text),
  details_lead: z.optional(
    z.strictObject({ identity: text, attributes: text, suppression: z.optional(z.string()) }),
  ),
});

/** What an example is expected to become. */
export type ExpectedEvent = z.output<typeof expectedSchema>;

const exampleSchema = z.strictObject({
  provider: z.string(),
  settings: z.optional(z.record(z.string(), json)),
  secret: z.optional(text),
  request: z.strictObject({
    headers: z.optional(text),
    body: z.optional(json),
    form: z.optional(z.record(z.string(), json)),
    multipart: z.optional(z.record(z.string(), json)),
    text: z.optional(z.string()),
  }),
  /** What the provider's API answers about a submission that the webhook only names, in the order of the calls. */
  api: z.optional(z.array(z.strictObject({ path: z.string(), answer: json }))),
  expected: z.union([expectedSchema, z.array(expectedSchema)]),
});

/** A webhook as its sender posts it, with placeholders; see examples/webhooks/README.md. */
export type WebhookExample = z.output<typeof exampleSchema>;

const DIRECTORY = new URL('../../examples/webhooks/', import.meta.url);

/** The examples there are, by file name without `.json`. */
export function listExamples(): readonly string[] {
  return readdirSync(DIRECTORY)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .toSorted();
}

/**
 * Reads an example.
 *
 * @param name the provider, or the provider and a case: `google_ads.test-lead`
 * @throws {Error} there is none, or it is not in the form that the README describes
 */
export function readExample(name: string): WebhookExample {
  const file = new URL(`${name}.json`, DIRECTORY);
  const parsed = exampleSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (parsed.success) return parsed.data;
  const places = parsed.error.issues.map((issue) => issue.path.map(String).join('.'));
  throw new Error(`examples/webhooks/${name}.json is not an example (${places.join(', ')})`);
}

type JsonValue = z.output<typeof json>;

/**
 * Fills in the placeholders of an example's part with a person.
 *
 * @param secret for senders that put it into the body
 */
export function fillExample(value: JsonValue, lead: SampleLead, secret: string): JsonValue {
  return fill(value, { ...valuesOf(lead), secret }, lead.answers ?? {});
}

/** A value as placeholders stand for it. */
function valuesOf(lead: SampleLead): Readonly<Record<string, string>> {
  return {
    id: lead.id,
    digits: digitsOf(lead.id),
    first_name: lead.firstName,
    last_name: lead.lastName,
    email: lead.email,
    phone: lead.phone,
    company: lead.company,
    message: lead.message ?? 'Please show us how it works',
    submitted_at: new Date(lead.submittedAtMs).toISOString().replace(/\.\d{3}Z$/, 'Z'),
    submitted_at_s: String(Math.floor(lead.submittedAtMs / 1_000)),
    submitted_at_ms: String(lead.submittedAtMs),
  };
}

/** 18 digits that are an id's own. */
function digitsOf(id: string): string {
  let digits = 0n;
  for (const byte of Buffer.from(id, 'utf8')) {
    digits = (digits * 1_000_003n + BigInt(byte)) % 900_000_000_000_000_000n;
  }
  return String(digits + 100_000_000_000_000_000n);
}

function fill(
  value: JsonValue,
  values: Readonly<Record<string, string>>,
  answers: Readonly<Record<string, string>>,
): JsonValue {
  if (typeof value === 'string') return fillText(value, values);
  if (Array.isArray(value)) {
    return value.flatMap((item) => {
      const each = isRecord(item) ? item['{{for_each_answer}}'] : undefined;
      if (each === undefined) return [fill(item, values, answers)];
      return Object.entries(answers).map(([question, answer]) =>
        fill(each, { ...values, question, answer }, answers),
      );
    });
  }
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]): [string, JsonValue][] =>
      name === '{{answers}}'
        ? Object.entries(answers)
        : [[String(fillText(name, values)), fill(inner, values, answers)]],
    ),
  );
}

function fillText(template: string, values: Readonly<Record<string, string>>): string | number {
  const number = /^\{\{number:([a-z_]+)\}\}$/.exec(template)?.[1];
  if (number !== undefined) return Number(valueOf(number, values));
  return template.replaceAll(/\{\{([a-z_]+)\}\}/g, (_, name: string) => valueOf(name, values));
}

function valueOf(name: string, values: Readonly<Record<string, string>>): string {
  const value = Object.hasOwn(values, name) ? values[name] : undefined;
  if (value === undefined) throw new Error(`{{${name}}} is no placeholder of an example`);
  return value;
}

function isRecord(value: JsonValue): value is Record<string, JsonValue> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
