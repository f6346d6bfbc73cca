import { SQSClient } from '@aws-sdk/client-sqs';
import type { StageInspector } from '../../../lambdas/operations/doctor/facts.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../emulators/credentials.ts';
import { looking } from './looking.ts';
import { readQueueFacts } from './queue-facts.ts';

/** The queues of the pipeline on this machine; there is no stack, no alarm and no backup here. */
export function createLocalInspector(
  sqsUrl: string,
  urls: { readonly delivery: string; readonly deadLetter: string },
): StageInspector {
  return {
    queue: async (which) =>
      await looking(async () => {
        const sqs = new SQSClient({
          endpoint: sqsUrl,
          region: LOCAL_REGION,
          credentials: LOCAL_CREDENTIALS,
        });
        const url = which === 'delivery' ? urls.delivery : urls.deadLetter;
        try {
          return await readQueueFacts(sqs, url, { tellsEncryption: false });
        } finally {
          sqs.destroy();
        }
      }),
    stack: async () => undefined,
    mappings: async () => undefined,
    fn: async () => undefined,
    table: async () => undefined,
    alarms: async () => undefined,
    topics: async () => undefined,
    awsTimeMs: async () => undefined,
  };
}
