/** A JSON body with every character outside ASCII as `\uXXXX`, in lower-case hex; pairs stay two escapes. */
export function asciiJson(body: Uint8Array): string {
  return new TextDecoder()
    .decode(body)
    .replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
