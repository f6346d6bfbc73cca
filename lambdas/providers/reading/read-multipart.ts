import { Busboy } from '@fastify/busboy';
import { failure } from '../../core/failure.ts';
import type { WebhookRequest } from '../provider.ts';
import type { ParsedJson } from './json.ts';
import { collectPairs } from './read-form.ts';

/** No form has more; a body may have a great many empty parts. */
const LIMITS = {
  parts: 1_000,
  fieldNameSize: 300,
  /** The body's own limit is below. */
  fieldSize: 4_000_000,
} as const;

const UNNAMED_FILE = 'file';

/**
 * Reads the fields of a multipart form. Of a file only its name is told: its content stays in the raw event. One that
 * was not chosen is an empty field.
 * Bytes that are not in the named encoding become U+FFFD. Never throws.
 */
export async function readMultipart(request: WebhookRequest): Promise<ParsedJson> {
  const contentType = request.headers['content-type'] ?? '';
  const pairs: (readonly [string, string])[] = [];
  try {
    const isTooMuch = await new Promise<boolean>((resolve, reject) => {
      const busboy = new Busboy({ headers: { 'content-type': contentType }, limits: LIMITS });
      let limited = false;
      // A part without a name is called `undefined`, whatever the types say: it is no field.
      busboy.on('field', (name: string | undefined, value) => {
        if (name !== undefined) pairs.push([name, value]);
      });
      busboy.on('file', (name: string | undefined, stream, fileName) => {
        const index = name === undefined ? -1 : pairs.push([name, fileName ?? '']) - 1;
        stream.on('data', () => {
          if (name !== undefined && !fileName) pairs[index] = [name, UNNAMED_FILE];
        });
        // A file that ends too early is told of here, and nowhere else: unheard, it would end the process.
        stream.on('error', reject);
      });
      busboy.on('partsLimit', () => {
        limited = true;
      });
      busboy.on('error', reject);
      busboy.on('finish', () => resolve(limited));
      busboy.end(Buffer.from(request.body));
    });
    if (isTooMuch) return unreadable(`it has more than ${LIMITS.parts} parts`);
  } catch {
    // Says nothing of the place: a parser's message may quote the body.
    return unreadable('it is not a multipart form');
  }
  return pairs.length === 0
    ? unreadable('it is not a multipart form')
    : { kind: 'parsed', value: collectPairs(pairs) };
}

function unreadable(detail: string): ParsedJson {
  return { kind: 'unreadable', failure: failure('unreadable_body', detail) };
}
