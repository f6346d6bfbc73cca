import { HoldfastError } from './errors.ts';

/**
 * What a log may tell of an error: its name, code and place, and the message if the error is ours. A
 * foreign message may quote what it met, which may be a lead.
 *
 * @returns fields for a log line, `error_*`
 */
export function describeCause(cause: unknown): Readonly<Record<string, unknown>> {
  if (cause === undefined) return {};
  if (!(cause instanceof Error)) return { error_name: typeof cause };
  return {
    error_name: cause.name,
    ...(cause instanceof HoldfastError ? { error_message: cause.message } : {}),
    ...('code' in cause ? { error_code: String(cause.code) } : {}),
    ...(cause.cause instanceof Error ? { error_cause: cause.cause.name } : {}),
    error_stack: (cause.stack ?? '')
      .split('\n')
      .filter((line) => /^\s+at /.test(line))
      .slice(0, 8)
      .map((line) => line.trim()),
  };
}
