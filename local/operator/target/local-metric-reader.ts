import * as z from 'zod/mini';
import type { MetricReader } from '../../../lambdas/core/ports/metric-reader.ts';
import { OperatorError } from '../operator-error.ts';

const TIMEOUT_MS = 5_000;

const answerSchema = z.object({
  series: z.array(z.array(z.object({ atMs: z.number(), value: z.number() }))),
  sinceMs: z.optional(z.number()),
});

/**
 * What the pipeline on this machine has measured, asked of the process that runs it.
 *
 * @param url of its `startMetricServer`
 */
export function createLocalMetricReader(url: string): MetricReader {
  return {
    read: async (request) => {
      let answer: unknown;
      try {
        const response = await fetch(url, {
          method: 'POST',
          body: JSON.stringify(request),
          signal: AbortSignal.timeout(TIMEOUT_MS),
        });
        answer = await response.json();
      } catch (error) {
        throw new OperatorError(
          `The numbers of the Holdfast on this machine could not be read: ${url} does not answer. Start it again.`,
          error,
        );
      }
      const parsed = answerSchema.safeParse(answer);
      if (!parsed.success) {
        throw new OperatorError(`What answers on ${url} is no Holdfast of this version.`);
      }
      const { series, sinceMs } = parsed.data;
      return { series, ...(sinceMs === undefined ? {} : { sinceMs }) };
    },
  };
}
