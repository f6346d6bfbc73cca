import type * as z from 'zod/mini';
import { type AwsAccess, callAws } from './aws-request.ts';
import { OperatorError } from '../operator-error.ts';

/**
 * Makes a call of CloudWatch's by its JSON protocol: a query of many metrics fits no form.
 *
 * @param schema what of the answer is read
 * @see botocore, service model of CloudWatch (target prefix, JSON 1.0), read 2026-11-22
 * @throws {AwsRefusedError} AWS refused
 * @throws {OperatorError} AWS did not answer, or something else
 */
export async function askCloudWatch<Schema extends z.ZodMiniType>(
  access: AwsAccess,
  operation: 'DescribeAlarms' | 'GetMetricData',
  body: Readonly<Record<string, unknown>>,
  schema: Schema,
): Promise<z.output<Schema>> {
  const { text } = await callAws(access, 'cloudwatch', {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `GraniteServiceVersion20100801.${operation}`,
    },
    body: JSON.stringify(body),
  });
  return readAwsJson(text, schema, 'CloudWatch');
}

/**
 * Reads an answer of AWS's.
 *
 * @param service for the message
 * @throws {OperatorError} it is something else
 */
export function readAwsJson<Schema extends z.ZodMiniType>(
  text: string,
  schema: Schema,
  service: string,
): z.output<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new OperatorError(`AWS ${service} answered something unknown.`);
  return parsed.data;
}
