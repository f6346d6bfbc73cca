/**
 * What the last part of an address may say: as it came, and decoded. Some clients encode signs such as `=` that others
 * leave as they are. Never throws.
 */
export function readingsOfToken(token: string): readonly string[] {
  try {
    return [...new Set([token, decodeURIComponent(token)])];
  } catch {
    return [token];
  }
}
