import { DeleteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDynamoDbBreakerStore } from '../../lambdas/aws/dynamodb-breaker-store.ts';
import { createDynamoDbEventStore } from '../../lambdas/aws/dynamodb-event-store.ts';
import { createDynamoDbIdentityStore } from '../../lambdas/aws/dynamodb-identity-store.ts';
import { createDynamoDbTokenStore } from '../../lambdas/aws/dynamodb-token-store.ts';
import type { Table } from '../../lambdas/aws/table.ts';
import { toAttributes } from '../../lambdas/aws/table-expression.ts';
import { BREAKER_KEY, TOKEN_KEY } from '../../lambdas/aws/table-keys.ts';
import { StoreUnavailableError } from '../../lambdas/core/errors.ts';
import { failure } from '../../lambdas/core/failure.ts';
import { withLease } from '../../lambdas/core/head.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../local/emulators/credentials.ts';
import { type CuttableProxy, startCuttableProxy } from '../support/cuttable-proxy.ts';
import { aNewEvent, T0 } from '../support/event-builders.ts';
import { hasLocalTable, type LocalTable, startLocalTable } from '../support/local-table.ts';
import { aBreaker } from './compare-and-set-contract.ts';
import { aHead, aName } from './identity-store-contract.ts';
import { describeRepeatedWrites } from './repeated-write-contract.ts';

const RETENTION = { eventDays: 400, rawDays: 90, suppressedDays: 30 };

describe.runIf(hasLocalTable)('the table', () => {
  let table: LocalTable;
  let proxy: CuttableProxy;
  let clients: DynamoDBClient[];

  beforeAll(async () => {
    table = await startLocalTable();
    const endpoint = await table.client.config.endpoint?.();
    proxy = await startCuttableProxy(endpoint?.port ?? 0);
    clients = [];
  });
  afterAll(async () => {
    for (const client of clients) client.destroy();
    await proxy.stop();
    await table.stop();
  });

  const behindProxy = (attemptsMax: number): Table => {
    const client = new DynamoDBClient({
      endpoint: proxy.url,
      region: LOCAL_REGION,
      credentials: LOCAL_CREDENTIALS,
      maxAttempts: attemptsMax,
    });
    clients.push(client);
    return { client, tableName: table.tableName };
  };
  const storesOf = (some: Table) => ({
    events: createDynamoDbEventStore({ ...some, retention: RETENTION }),
    identities: createDynamoDbIdentityStore(some),
    tokens: createDynamoDbTokenStore(some),
    breakers: createDynamoDbBreakerStore(some),
  });
  const forget = async (key: typeof BREAKER_KEY) => {
    await table.client.send(
      new DeleteItemCommand({ TableName: table.tableName, Key: toAttributes({ ...key }) }),
    );
  };

  describeRepeatedWrites('on DynamoDB', async () => {
    await forget(BREAKER_KEY);
    await forget(TOKEN_KEY);
    return {
      ...storesOf(behindProxy(1)),
      lost: async (write, callsBefore) => {
        proxy.loseAnswers({ count: 1, after: callsBefore });
        await expect(write()).rejects.toThrow(StoreUnavailableError);
        proxy.loseAnswers({ count: 0 });
      },
    };
  });

  it.each([0, 1, 2])(
    'has the whole event when answer %i of its acceptance got lost',
    async (after) => {
      const { events } = storesOf(behindProxy(1));
      const event = aNewEvent({ key: `website|lead.created|part-${process.pid}-${after}` });
      proxy.loseAnswers({ count: 1, after });
      await expect(events.accept(event)).rejects.toThrow(StoreUnavailableError);

      const again = await events.accept(event);

      expect(again.kind).toBe(after === 2 ? 'duplicate' : 'accepted');
      expect(await events.readNormalized(event.key, event.payloadHash)).toEqual(event.normalized);
      expect(await events.readRaw(event.key, event.payloadHash)).toEqual(event.raw);
    },
  );

  describe('whose client repeats a call after a lost answer', () => {
    const stores = () => storesOf(behindProxy(3));
    let sequence = 0;
    const aKey = () => {
      sequence += 1;
      return `website|lead.created|again-${process.pid}-${sequence}`;
    };
    const request = (key: string) => ({ key, leaseToken: 'token-1', leaseMs: 90_000, nowMs: T0 });
    const claimedKey = async () => {
      const key = aKey();
      const direct = storesOf(table).events;
      await direct.accept(aNewEvent({ key }));
      await direct.claim(request(key));
      return key;
    };

    it('accepts an event, rather than take it for a duplicate of itself', async () => {
      const { events } = stores();
      proxy.loseAnswers({ count: 1, after: 2 });

      const acceptance = await events.accept(aNewEvent({ key: aKey() }));

      expect(acceptance.kind).toBe('accepted');
    });

    it('takes a duplicate for a duplicate all the same', async () => {
      const { events } = stores();
      const key = aKey();
      await events.accept(aNewEvent({ key }));
      proxy.loseAnswers({ count: 1, after: 2 });

      const acceptance = await events.accept(aNewEvent({ key, correlationId: 'corr-later' }));

      expect(acceptance.kind).toBe('duplicate');
    });

    it('claims an event once', async () => {
      const { events } = stores();
      const key = aKey();
      await events.accept(aNewEvent({ key }));
      proxy.loseAnswers({ count: 1 });

      const claim = await events.claim(request(key));

      expect(claim).toMatchObject({ kind: 'claimed', record: { claims: 1 } });
    });

    it('knows its own failure, release and quarantine, so that what follows them is done', async () => {
      const { events } = stores();
      const keys = [await claimedKey(), await claimedKey(), await claimedKey()] as const;
      const reason = { failure: failure('crm_no_answer', undefined, { code: 'X' }), attempts: 1 };

      proxy.loseAnswers({ count: 1 });
      const failed = await events.fail(keys[0], 'token-1', {
        ...reason,
        atMs: T0,
        nextDueAtMs: T0 + 5_000,
      });
      proxy.loseAnswers({ count: 1 });
      const released = await events.release(keys[1], 'token-1');
      proxy.loseAnswers({ count: 1 });
      const quarantined = await events.quarantine(keys[2], 'token-1', {
        ...reason,
        atMs: T0,
        quarantineId: 'q-1',
      });

      expect([failed, released, quarantined]).toEqual(['written', 'written', 'written']);
    });

    it('does not take another’s write for its own', async () => {
      const { events } = stores();
      const key = await claimedKey();
      await events.quarantine(key, 'token-1', {
        failure: failure('crm_invalid_data'),
        attempts: 1,
        atMs: T0,
        quarantineId: 'q-1',
      });
      proxy.loseAnswers({ count: 1 });

      const late = await events.quarantine(key, 'token-1', {
        failure: failure('crm_invalid_data'),
        attempts: 1,
        atMs: T0,
        quarantineId: 'q-2',
      });

      expect(late).toBe('superseded');
    });

    it('unholds, and marks as requeued, so that the message is sent', async () => {
      const { events } = stores();
      const [held, open] = [aKey(), aKey()];
      await events.accept(aNewEvent({ key: held }));
      await events.accept(aNewEvent({ key: open }));
      proxy.loseAnswers({ count: 1 });
      const hold = await events.hold({ key: held, nowMs: T0 });
      proxy.loseAnswers({ count: 1 });
      const unhold = await events.unhold(held, T0);
      proxy.loseAnswers({ count: 1 });
      const mark = await events.markRequeued(open, T0, T0 - 1);

      expect([hold, unhold, mark]).toEqual(['held', 'received', 'marked']);
    });

    it('saves a HEAD and a breaker, and binds an alias', async () => {
      await forget(BREAKER_KEY);
      const { identities, breakers } = stores();
      const head = withLease(aHead(), 'token-1', T0);
      proxy.loseAnswers({ count: 1 });
      const saved = await identities.save(head);
      proxy.loseAnswers({ count: 1 });
      const bound = await identities.bindAlias('Leads', aName(), aName());
      proxy.loseAnswers({ count: 1 });
      const broken = await breakers.save(aBreaker());

      expect([saved, bound, broken]).toEqual([
        { kind: 'saved' },
        { kind: 'bound' },
        { kind: 'saved' },
      ]);
    });

    it('does not take another’s HEAD of the same revision for its own', async () => {
      const { identities } = stores();
      const head = aHead();
      await identities.save(withLease(head, 'token-2', T0));
      proxy.loseAnswers({ count: 1 });

      const saved = await identities.save(withLease(head, 'token-1', T0));

      expect(saved).toMatchObject({
        kind: 'changed',
        current: { head: { leaseToken: 'token-2' } },
      });
    });
  });
});
