import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as z from 'zod/mini';

/** A request that intake is tried with; signed when it is sent, if `isSigned`. */
export interface FuzzInput {
  /** The configured source that it is sent to. */
  readonly source: string;
  readonly method: string;
  readonly isSigned: boolean;
  /** Raw query string, without the question mark. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Where inputs are kept that did something of their own; `npm test` tries each of them. */
const CORPUS = new URL('../../test/corpus/intake/', import.meta.url);

const storedSchema = z.strictObject({
  source: z.string(),
  method: z.string(),
  isSigned: z.boolean(),
  query: z.string(),
  headers: z.record(z.string(), z.string()),
  body: z.optional(z.string()),
  bodyBase64: z.optional(z.string()),
});

/** The stored inputs, in the order of their names. */
export function readCorpus(): readonly FuzzInput[] {
  return corpusFiles().map((file) => {
    const text = readFileSync(new URL(file, CORPUS), 'utf8');
    const { body, bodyBase64, ...rest } = storedSchema.parse(JSON.parse(text));
    return {
      ...rest,
      body: Buffer.from(bodyBase64 ?? body ?? '', bodyBase64 === undefined ? 'utf8' : 'base64'),
    };
  });
}

/**
 * Stores an input under a name that its content decides.
 *
 * @returns the name
 */
export function storeInput(input: FuzzInput, prefix: string): string {
  const { body, ...rest } = input;
  const text = body.toString('utf8');
  // Whatever is plain text can be read by a person.
  const isText = Buffer.from(text, 'utf8').equals(body);
  const stored = {
    ...rest,
    ...(isText ? { body: text } : { bodyBase64: body.toString('base64') }),
  };
  const json = `${JSON.stringify(stored, undefined, 2)}\n`;
  const name = `${prefix}-${createHash('sha256').update(json).digest('hex').slice(0, 12)}.json`;
  mkdirSync(CORPUS, { recursive: true });
  writeFileSync(new URL(name, CORPUS), json);
  return name;
}

/** The names of the stored inputs. */
export function corpusFiles(): readonly string[] {
  return readdirSync(CORPUS)
    .filter((file) => file.endsWith('.json'))
    .toSorted();
}
