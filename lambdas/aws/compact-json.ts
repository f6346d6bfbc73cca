import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';

/**
 * Quality 5 takes as long as gzip does, 0.3 ms for a lead of 3 KB, and leaves 10 % less; 11 would leave
 * 25 % less and takes 10 ms (measured on Node 24, 2026-11-22).
 */
const OPTIONS = {
  params: {
    [constants.BROTLI_PARAM_QUALITY]: 5,
    [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
  },
};

/** A value as compressed JSON: the table bills by size. */
export function toCompactJson(value: unknown): Uint8Array {
  return new Uint8Array(brotliCompressSync(JSON.stringify(value), OPTIONS));
}

/**
 * The value again.
 *
 * @throws {Error} these are not bytes that `toCompactJson` made
 */
export function fromCompactJson(bytes: Uint8Array): unknown {
  return JSON.parse(brotliDecompressSync(bytes).toString('utf8'));
}
