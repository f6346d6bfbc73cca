import * as z from 'zod/mini';
import type {
  FunctionFacts,
  MappingFacts,
} from '../../../lambdas/operations/doctor/check-queues.ts';
import { readAwsJson } from '../aws/aws-json.ts';
import { type AwsAccess, callAws } from '../aws/aws-request.ts';

const mappingsSchema = z.object({
  EventSourceMappings: z.array(
    z.object({
      FunctionArn: z.optional(z.string()),
      State: z.optional(z.string()),
      StateTransitionReason: z.optional(z.string()),
      FunctionResponseTypes: z.nullish(z.array(z.string())),
    }),
  ),
  NextMarker: z.nullish(z.string()),
});

/**
 * Reads what takes messages off a queue.
 *
 * @see AWS Lambda, ListEventSourceMappings, read 2026-11-22: `State` is Creating, Enabling, Enabled, Disabling,
 *   Disabled, Updating or Deleting
 * @throws {OperatorError} AWS refused or did not answer
 */
export async function readMappings(
  access: AwsAccess,
  queueArn: string,
): Promise<readonly MappingFacts[]> {
  const mappings: MappingFacts[] = [];
  let marker: string | undefined;
  do {
    const query = new URLSearchParams({
      EventSourceArn: queueArn,
      ...(marker === undefined ? {} : { Marker: marker }),
    });
    const { text } = await callAws(access, 'lambda', {
      method: 'GET',
      path: `/2015-03-31/event-source-mappings?${query.toString()}`,
    });
    const page = readAwsJson(text, mappingsSchema, 'Lambda');
    for (const found of page.EventSourceMappings) {
      const { StateTransitionReason: reason } = found;
      mappings.push({
        functionArn: found.FunctionArn ?? '',
        state: found.State ?? 'of an unknown state',
        reportsFailures: found.FunctionResponseTypes?.includes('ReportBatchItemFailures') === true,
        ...(reason === undefined || reason === '' ? {} : { reason }),
      });
    }
    marker = page.NextMarker ?? undefined;
  } while (marker !== undefined && marker !== '');
  return mappings;
}

const functionSchema = z.object({
  FunctionName: z.string(),
  Timeout: z.number(),
  Environment: z.nullish(z.object({ Variables: z.nullish(z.record(z.string(), z.string())) })),
});

/**
 * Reads a function's settings. Of its environment nothing is kept but whether it delivers.
 *
 * @param arn as a mapping names it
 * @see AWS Lambda, GetFunctionConfiguration, read 2026-11-22
 * @throws {OperatorError} AWS refused or did not answer
 */
export async function readFunction(access: AwsAccess, arn: string): Promise<FunctionFacts> {
  const name = arn.split(':')[6] ?? arn;
  const { text } = await callAws(access, 'lambda', {
    method: 'GET',
    path: `/2015-03-31/functions/${encodeURIComponent(name)}/configuration`,
  });
  const found = readAwsJson(text, functionSchema, 'Lambda');
  const enabled = found.Environment?.Variables?.['ZOHO_ENABLED'];
  return {
    name: found.FunctionName,
    timeoutSeconds: found.Timeout,
    ...(enabled === undefined ? {} : { isZohoEnabled: enabled === 'true' }),
  };
}
