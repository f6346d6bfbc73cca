import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import { StoreUnavailableError } from '../core/errors.ts';
import type { TokenStore } from '../core/ports.ts';
import { callTable, fromAttributes, putIf, toAttributes } from './table.ts';

const KEY = { pk: 'TOK#zoho', sk: 'STATE' };

const tokenItem = z.object({
  revision: z.number(),
  sealed_token: z.string(),
  fingerprint: z.string(),
  expires_at: z.number(),
  api_domain: z.string(),
  refresh_lease_until: z.number(),
  not_before: z.number(),
});

/** The shared CRM token on DynamoDB: one item, written by compare-and-set. */
export function createDynamoDbTokenStore(options: {
  readonly client: DynamoDBClient;
  readonly tableName: string;
}): TokenStore {
  const { client, tableName } = options;
  return {
    read: async () => {
      const output = await callTable(
        async () =>
          await client.send(
            new GetItemCommand({
              TableName: tableName,
              Key: toAttributes(KEY),
              // Whoever reads a stale token here would refresh one that another has just refreshed.
              ConsistentRead: true,
            }),
          ),
      );
      if (output.Item === undefined) return undefined;
      const parsed = tokenItem.safeParse(fromAttributes(output.Item));
      if (!parsed.success) throw new StoreUnavailableError('The token record', parsed.error);
      return {
        revision: parsed.data.revision,
        sealedToken: parsed.data.sealed_token,
        fingerprint: parsed.data.fingerprint,
        expiresAtMs: parsed.data.expires_at,
        apiDomain: parsed.data.api_domain,
        refreshLeaseUntilMs: parsed.data.refresh_lease_until,
        notBeforeMs: parsed.data.not_before,
      };
    },

    save: async (token) => {
      const previous = token.revision - 1;
      const result = await putIf(
        client,
        tableName,
        {
          ...KEY,
          revision: token.revision,
          sealed_token: token.sealedToken,
          fingerprint: token.fingerprint,
          expires_at: token.expiresAtMs,
          api_domain: token.apiDomain,
          refresh_lease_until: token.refreshLeaseUntilMs,
          not_before: token.notBeforeMs,
        },
        previous === 0
          ? { text: 'attribute_not_exists(pk)' }
          : { text: 'revision = :previous', values: { ':previous': previous } },
      );
      return result.kind === 'written' ? 'saved' : 'changed';
    },
  };
}
