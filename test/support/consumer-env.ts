import type { ConsumerEnv } from '../../lambdas/consumer/env.ts';

/** What a consumer over memory is told of its environment. Nobody listens at the addresses. */
export const CONSUMER_ENV = {
  STAGE: 'test',
  TABLE_NAME: 'table',
  DELIVERY_QUEUE_URL: 'http://127.0.0.1:1/q',
  DEAD_LETTER_QUEUE_URL: 'http://127.0.0.1:1/d',
  ZOHO_SECRET_ID: 'zoho',
  PEPPER_SECRET_ID: 'pepper',
  ZOHO_ENABLED: 'true',
  ZOHO_ACCOUNTS_URL: 'http://127.0.0.1:1',
  ZOHO_API_URL: 'http://127.0.0.1:1',
  ARCHIVE_BUCKET: 'archive',
  SOURCE_SECRET_PREFIX: 'source/',
  DETAILS_API_ORIGIN: '',
  AWS_REGION: 'us-east-1',
} satisfies ConsumerEnv & { readonly AWS_REGION: string };
