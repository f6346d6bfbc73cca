import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ParsedJson } from '../../../lambdas/providers/reading/json.ts';
import { readForm } from '../../../lambdas/providers/reading/read-form.ts';
import { aRequest } from '../../support/webhook-builders.ts';

const TYPE = 'multipart/form-data; boundary=b';

interface Part {
  readonly name?: string;
  readonly fileName?: string;
  readonly type?: string;
  readonly value?: string | Uint8Array;
}

/** The bytes of a form, as browsers write them. */
function aForm(parts: readonly Part[], end = '\r\n--b--\r\n'): Buffer {
  const written = parts.map(({ name = 'field', fileName, type, value = '' }, index) => {
    const file = fileName === undefined ? '' : `; filename="${fileName}"`;
    const head = `${index === 0 ? '' : '\r\n'}--b\r\nContent-Disposition: form-data; name="${name}"${file}`;
    const typed = type === undefined ? '' : `\r\nContent-Type: ${type}`;
    return Buffer.concat([Buffer.from(`${head}${typed}\r\n\r\n`), Buffer.from(value)]);
  });
  return Buffer.concat([...written, Buffer.from(end)]);
}

async function read(body: Uint8Array | string, type = TYPE): Promise<ParsedJson> {
  return await readForm(aRequest({ body, headers: { 'content-type': type } }));
}

async function valueOf(parts: readonly Part[], type?: string): Promise<unknown> {
  const parsed = await read(aForm(parts), type);
  if (parsed.kind !== 'parsed') throw new Error(parsed.failure.message);
  return parsed.value;
}

describe('fields', () => {
  it('are read in their order, with the list of what repeats', async () => {
    const value = await valueOf([
      { name: 'name', value: 'Ana Ng' },
      { name: 'topic', value: 'Sales' },
      { name: 'topic', value: 'Service' },
      { name: 'empty', value: '' },
      { name: 'message', value: 'Two\r\nlines' },
    ]);

    expect(value).toEqual({
      name: 'Ana Ng',
      topic: ['Sales', 'Service'],
      empty: '',
      message: 'Two\r\nlines',
    });
    expect(Object.keys(value as object)).toEqual(['name', 'topic', 'empty', 'message']);
  });

  it('of any text come back as they were sent', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'grapheme', maxLength: 40 }), { minLength: 1, maxLength: 5 }),
        async (values) => {
          const parts = values.map((value, index) => ({ name: `n${index}`, value }));
          const expected = Object.fromEntries(parts.map(({ name, value }) => [name, value]));

          expect(await valueOf(parts)).toEqual(expected);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('called __proto__ or constructor are fields like any other', async () => {
    const value = await valueOf([
      { name: '__proto__', value: '1' },
      { name: 'constructor', value: '2' },
    ]);

    expect(Object.entries(value as object)).toEqual([
      ['__proto__', '1'],
      ['constructor', '2'],
    ]);
  });

  it('in another encoding are read by the encoding that they name', async () => {
    const value = await valueOf([
      {
        name: 'name',
        type: 'text/plain; charset=iso-8859-1',
        value: Buffer.from('José', 'latin1'),
      },
    ]);

    expect(value).toEqual({ name: 'José' });
  });

  it('that are not in UTF-8 and name no encoding keep what can be read', async () => {
    const value = await valueOf([
      { name: 'email', value: 'jose@example.com' },
      { name: 'name', value: Buffer.from('José', 'latin1') },
    ]);

    expect(value).toEqual({ email: 'jose@example.com', name: 'Jos\uFFFD' });
  });

  it('in an encoding that nobody knows are kept, as far as they can be read', async () => {
    const value = await valueOf([
      { name: 'email', type: 'text/plain; charset=x-none', value: 'ana@example.com' },
    ]);

    expect(value).toEqual({ email: 'ana@example.com' });
  });

  it('of four megabytes are read whole', async () => {
    const value = 'a'.repeat(3_999_000);

    expect(await valueOf([{ name: 'message', value }])).toEqual({ message: value });
  });
});

describe('files', () => {
  it('are named only', async () => {
    const value = await valueOf([
      { name: 'email', value: 'ana@example.com' },
      { name: 'cv', fileName: 'cv.pdf', type: 'application/pdf', value: 'the content' },
    ]);

    expect(value).toEqual({ email: 'ana@example.com', cv: 'cv.pdf' });
  });

  it('lose the path in front of their name', async () => {
    const value = await valueOf([{ name: 'cv', fileName: 'C:\\Users\\ana\\cv.pdf', value: 'x' }]);

    expect(value).toEqual({ cv: 'cv.pdf' });
  });

  it('that were not chosen are empty fields', async () => {
    const value = await valueOf([
      { name: 'email', value: 'ana@example.com' },
      { name: 'cv', fileName: '', type: 'application/octet-stream' },
    ]);

    expect(value).toEqual({ email: 'ana@example.com', cv: '' });
  });
});

describe('the content type', () => {
  it.each([
    'multipart/form-data; boundary="b"',
    'multipart/form-data;boundary=b',
    'Multipart/Form-Data; Boundary=b',
    'multipart/form-data; charset=utf-8; boundary=b',
    'multipart/form-data; boundary=b; charset=utf-8',
  ])('may be %s', async (type) => {
    expect(await valueOf([{ name: 'a', value: '1' }], type)).toEqual({ a: '1' });
  });

  it.each([
    'multipart/form-data',
    'multipart/form-data; boundary=',
    'multipart/form-data; boundary=other',
    'multipart/form-data; boundary=b,multipart/form-data; boundary=b',
    `multipart/form-data; boundary=${'b'.repeat(9_000)}`,
  ])('cannot be %.60s', async (type) => {
    expect(await read(aForm([{ name: 'a', value: '1' }]), type)).toMatchObject({
      kind: 'unreadable',
      failure: { code: 'unreadable_body' },
    });
  });
});

describe('a body', () => {
  const whole = aForm([
    { name: 'email', value: 'ana@example.com' },
    { name: 'cv', fileName: 'cv.pdf', value: 'content' },
  ]);

  it('that ends too early anywhere is not read by halves', async () => {
    // The bytes behind the last boundary do not matter.
    for (let length = 0; length < whole.length - '--\r\n'.length; length += 1) {
      const parsed = await read(whole.subarray(0, length));

      expect([length, parsed.kind]).toEqual([length, 'unreadable']);
    }
  });

  it.each([
    ['empty', ''],
    ['no form', '{"email":"ana@example.com"}'],
    ['nothing but the end', '--b--\r\n'],
    ['without an end', '--b\r\n'],
  ])('that is %s is not read, and not quoted', async (_what, body) => {
    const parsed = await read(body);

    expect(parsed).toMatchObject({ kind: 'unreadable', failure: { code: 'unreadable_body' } });
    expect(JSON.stringify(parsed)).not.toContain('ana');
  });

  it('of more parts than any form has is not read', async () => {
    const parts = (count: number) =>
      aForm(Array.from({ length: count }, (_, n) => ({ name: `n${n}` })));

    expect((await read(parts(1_000))).kind).toBe('parsed');
    expect(await read(parts(1_001))).toMatchObject({
      kind: 'unreadable',
      failure: { message: expect.stringContaining('more than 1000 parts') as string },
    });
  });

  it('with a part without a name keeps the others', async () => {
    const body = `--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--b--\r\n`;

    expect(await read(body)).toEqual({ kind: 'parsed', value: { a: '1' } });
  });

  it('of any bytes is read or not, without throwing', async () => {
    const piece = fc.constantFrom(
      '--b\r\n',
      '--b--',
      '\r\n',
      'Content-Disposition: form-data; name="a"\r\n\r\n',
      'Content-Disposition: form-data; name="a"; filename="f"\r\n\r\n',
      'Content-Type: text/plain; charset=utf-16\r\n',
      'Content-Transfer-Encoding: base64\r\n',
      ':::\r\n',
      '\u0000',
      'x',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (pieces) => {
        expect(['parsed', 'unreadable']).toContain((await read(pieces.join(''))).kind);
      }),
      { numRuns: 1_000 },
    );
  });
});
