/** Bytes with every occurrence of a text replaced by another; the same array when there is none. */
export function replaceBytes(bytes: Uint8Array, text: string, by: string): Uint8Array {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wanted = Buffer.from(text, 'utf8');
  const parts: Uint8Array[] = [];
  let start = 0;
  for (let at = buffer.indexOf(wanted); at !== -1; at = buffer.indexOf(wanted, start)) {
    parts.push(buffer.subarray(start, at), Buffer.from(by, 'utf8'));
    start = at + wanted.length;
  }
  return parts.length === 0 ? bytes : Buffer.concat([...parts, buffer.subarray(start)]);
}

/**
 * The ways in which a body writes a text: as it is, as JSON, and as the two ways in which forms are encoded, with
 * upper-case hex and lower-case.
 */
export function spellingsOf(text: string): ReadonlySet<string> {
  const encoded = [
    String(new URLSearchParams([['', text]])).slice('='.length),
    encodeURIComponent(text.toWellFormed()),
  ];
  const lower = encoded.map((each) => each.replaceAll(/%../g, (code) => code.toLowerCase()));
  return new Set([text, JSON.stringify(text).slice(1, -1), ...encoded, ...lower]);
}
