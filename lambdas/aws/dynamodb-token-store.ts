import * as z from 'zod/mini';
import { StoreUnavailableError } from '../core/errors.ts';
import type { TokenStore } from '../core/ports/crm-access.ts';
import { getItem, putIf, type Table } from './table.ts';
import { isNextRevision } from './table-expression.ts';
import { TOKEN_KEY } from './table-keys.ts';

const tokenItem = z.object({
  revision: z.number(),
  sealed_token: z.string(),
  fingerprint: z.string(),
  expires_at: z.number(),
  api_domain: z.string(),
  refresh_lease_until: z.number(),
  not_before: z.number(),
  requested_at: z.optional(z.array(z.number())),
});

/** The shared CRM token on DynamoDB: one item, written by compare-and-set. */
export function createDynamoDbTokenStore(table: Table): TokenStore {
  return {
    read: async () => {
      // Whoever reads a stale token here would refresh one that another has just refreshed.
      const item = await getItem(table, TOKEN_KEY, { consistent: true });
      if (item === undefined) return undefined;
      const parsed = tokenItem.safeParse(item);
      if (!parsed.success) throw new StoreUnavailableError('The token record', parsed.error);
      return {
        revision: parsed.data.revision,
        sealedToken: parsed.data.sealed_token,
        fingerprint: parsed.data.fingerprint,
        expiresAtMs: parsed.data.expires_at,
        apiDomain: parsed.data.api_domain,
        refreshLeaseUntilMs: parsed.data.refresh_lease_until,
        notBeforeMs: parsed.data.not_before,
        ...(parsed.data.requested_at === undefined
          ? {}
          : { requestedAtMs: parsed.data.requested_at }),
      };
    },

    save: async (token) => {
      const result = await putIf(
        table,
        {
          ...TOKEN_KEY,
          revision: token.revision,
          sealed_token: token.sealedToken,
          fingerprint: token.fingerprint,
          expires_at: token.expiresAtMs,
          api_domain: token.apiDomain,
          refresh_lease_until: token.refreshLeaseUntilMs,
          not_before: token.notBeforeMs,
          requested_at: token.requestedAtMs,
        },
        isNextRevision(token.revision),
      );
      return result.kind === 'written' ? 'saved' : 'changed';
    },
  };
}
