/**
 * An error that quotes what it met wherever an error can: in its message, over several lines, one of which looks like a
 * place of a stack; in its stack, its code, its cause, and members of its own, as errors of the AWS SDK have.
 */
export function quotingError(quoted: string): Error {
  const message = `cannot take ${quoted}\n    at ${quoted}\n    at lead (${quoted}:1:1)`;
  return Object.assign(new TypeError(message, { cause: new RangeError(message) }), {
    code: quoted,
    input: { quoted },
    $response: { body: quoted },
  });
}
