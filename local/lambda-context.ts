import { randomUUID } from 'node:crypto';
import type { Context } from 'aws-lambda';

/** A function as it runs here: its name, and how long one invocation may take. */
export interface LocalFunction {
  readonly name: string;
  readonly timeoutMs: number;
  readonly memoryMb: number;
}

/** A function of the stack, from its settings. */
export function functionOf(
  name: string,
  settings: { readonly timeoutSeconds: number; readonly memoryMb: number },
): LocalFunction {
  return { name, timeoutMs: settings.timeoutSeconds * 1_000, memoryMb: settings.memoryMb };
}

/** An invocation did not end in time. In Lambda its process is ended; here it goes on unheard. */
export class FunctionTimeoutError extends Error {
  constructor(name: string, timeoutMs: number) {
    super(`The ${name} function did not end within ${timeoutMs} ms`);
    this.name = 'FunctionTimeoutError';
  }
}

/** The context object of one invocation, whose time starts now. */
export function createLambdaContext(fn: LocalFunction): Context {
  const deadlineMs = Date.now() + fn.timeoutMs;
  return {
    callbackWaitsForEmptyEventLoop: false,
    functionName: fn.name,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:us-east-1:000000000000:function:${fn.name}`,
    memoryLimitInMB: String(fn.memoryMb),
    awsRequestId: randomUUID(),
    logGroupName: `/aws/lambda/${fn.name}`,
    logStreamName: 'local',
    getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
    done: removedInNode24,
    fail: removedInNode24,
    succeed: removedInNode24,
  };
}

/**
 * Runs one invocation under the function's time-out.
 *
 * @throws {FunctionTimeoutError}
 * @throws whatever the handler throws
 */
export async function invoke<Result>(
  fn: LocalFunction,
  handler: (context: Context) => Promise<Result>,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new FunctionTimeoutError(fn.name, fn.timeoutMs)), fn.timeoutMs);
  });
  try {
    return await Promise.race([handler(createLambdaContext(fn)), timeout]);
  } finally {
    clearTimeout(timer);
  }
}

function removedInNode24(): never {
  throw new Error('The Node 24 runtime has no callbacks: return a promise');
}
