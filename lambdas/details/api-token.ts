import * as z from 'zod/mini';

const schema = z.object({ api_token: z.string().check(z.minLength(1), z.maxLength(4_096)) });

/**
 * The token for a provider's API in a source's secret: its member `api_token`.
 *
 * @returns `undefined` when the secret has none, or is not JSON
 */
export function apiTokenOf(stored: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(stored);
  } catch {
    return undefined;
  }
  const parsed = schema.safeParse(value);
  // One that breaks a header, by a line feed that was pasted along, would be a fault of every call.
  return parsed.success && /^[\x21-\x7e]+$/.test(parsed.data.api_token)
    ? parsed.data.api_token
    : undefined;
}
