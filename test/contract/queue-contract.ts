import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DeadLetter } from '../../lambdas/core/dead-letter.ts';
import { type DeliveryMessage, parseDeliveryMessage } from '../../lambdas/core/delivery-message.ts';
import type { DeadLetterQueue, DeliveryQueue } from '../../lambdas/core/ports/queues.ts';

/** A message as the contract sees it. */
export interface ContractMessage {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly receiveCount: number;
}

/** A pair of queues under test, and the receiving side, which is Lambda's and no port of ours. */
export interface QueueHarness {
  readonly delivery: DeliveryQueue;
  readonly deadLetter: DeadLetterQueue;
  /** Takes what is visible, at most 10. */
  receive(): Promise<readonly ContractMessage[]>;
  remove(receiptHandle: string): Promise<void>;
  /** Bodies of the dead letters, each reported at least once. */
  deadLetterBodies(): Promise<readonly string[]>;
  /** Lets the visibility timeout (and any defer of up to a second) pass. */
  passVisibility(): Promise<void>;
  /** Does a call whose answer is lost: it takes place, and rejects as the port does then. */
  lost(call: () => Promise<unknown>): Promise<void>;
  close(): Promise<void>;
}

/** Receives after which the harness's queue moves a message to the dead letters. */
export const MAX_RECEIVE_COUNT = 3;

/** What every delivery queue does, whatever it is made of. */
export function describeQueueContract(name: string, open: () => Promise<QueueHarness>): void {
  describe(`queue contract: ${name}`, () => {
    let queue: QueueHarness;

    beforeEach(async () => {
      queue = await open();
    });
    afterEach(() => queue.close());

    it('covers every operation of both ports', () => {
      const operations: Record<keyof DeliveryQueue | keyof DeadLetterQueue, true> = {
        enqueue: true,
        defer: true,
        send: true,
        count: true,
      };

      const offered = [...Object.keys(queue.delivery), ...Object.keys(queue.deadLetter)];

      expect(offered.toSorted()).toEqual(Object.keys(operations).toSorted());
    });

    it('hands over what was enqueued, unchanged', async () => {
      const message = aMessage({
        idempotency_key: 'söurce|lead.created|%7C “žluťoučký” 李雷 🚀 \u202e\uffff\ud800',
        correlation_id: 'c-\u0000-\u2028-"\\',
      });

      await queue.delivery.enqueue(message, 'website');
      const [received] = await receiveSome(queue);

      expect(parseDeliveryMessage(received!.body)).toEqual(message);
    });

    it('hides a received message until its visibility timeout has passed', async () => {
      await queue.delivery.enqueue(aMessage(), 'website');
      const [first] = await receiveSome(queue);

      const meanwhile = await queue.receive();
      await queue.passVisibility();
      const [second] = await receiveSome(queue);

      expect(meanwhile).toEqual([]);
      expect(second!.messageId).toBe(first!.messageId);
    });

    it('counts the receives of a message', async () => {
      await queue.delivery.enqueue(aMessage(), 'website');
      const [first] = await receiveSome(queue);
      await queue.passVisibility();
      const [second] = await receiveSome(queue);

      expect([first!.receiveCount, second!.receiveCount]).toEqual([1, 2]);
    });

    it('forgets a removed message', async () => {
      await queue.delivery.enqueue(aMessage(), 'website');
      const [received] = await receiveSome(queue);

      await queue.remove(received!.receiptHandle);
      await queue.passVisibility();

      expect(await queue.receive()).toEqual([]);
    });

    it('shows a message again at once when it is deferred by 0 seconds', async () => {
      await queue.delivery.enqueue(aMessage(), 'website');
      const [first] = await receiveSome(queue);

      await queue.delivery.defer(first!.receiptHandle, 0);
      const [second] = await receiveSome(queue);

      expect(second!.messageId).toBe(first!.messageId);
    });

    it('keeps a message hidden for as long as it is deferred', async () => {
      await queue.delivery.enqueue(aMessage(), 'website');
      const [first] = await receiveSome(queue);

      await queue.delivery.defer(first!.receiptHandle, 43_195);
      await queue.passVisibility();

      expect(await queue.receive()).toEqual([]);
    });

    it('takes the defer of a removed message for done', async () => {
      await queue.delivery.enqueue(aMessage(), 'website');
      const [received] = await receiveSome(queue);
      await queue.remove(received!.receiptHandle);

      await queue.delivery.defer(received!.receiptHandle, 30);

      expect(await queue.receive()).toEqual([]);
    });

    it('refuses a delay that SQS would refuse', async () => {
      await queue.delivery.enqueue(aMessage(), 'website');
      const [received] = await receiveSome(queue);

      await expect(queue.delivery.defer(received!.receiptHandle, 43_196)).rejects.toThrow();
      await expect(queue.delivery.defer(received!.receiptHandle, 0.5)).rejects.toThrow();
    });

    it('delivers messages of one group at the same time', async () => {
      await queue.delivery.enqueue(aMessage({ idempotency_key: 'a' }), 'website');
      await queue.delivery.enqueue(aMessage({ idempotency_key: 'b' }), 'website');
      await queue.delivery.enqueue(aMessage({ idempotency_key: 'c' }), 'replay:website');

      const received = await receiveSome(queue, 3);

      const keys = received.map(({ body }) => parseDeliveryMessage(body)!.idempotency_key);
      expect(keys.sort()).toEqual(['a', 'b', 'c']);
    });

    it('moves a message to the dead letters after its last receive', async () => {
      const message = aMessage();
      await queue.delivery.enqueue(message, 'website');

      for (let receive = 1; receive <= MAX_RECEIVE_COUNT; receive += 1) {
        const [received] = await receiveSome(queue);
        await queue.delivery.defer(received!.receiptHandle, 0);
      }
      const afterTheLast = await queue.receive();

      expect(afterTheLast).toEqual([]);
      const [body] = await eventually(() => queue.deadLetterBodies(), 1);
      expect(parseDeliveryMessage(body!)).toEqual(message);
    });

    it('ends a message by its latest receipt, not by an earlier one', async () => {
      await queue.delivery.enqueue(aMessage(), 'website');
      const [first] = await receiveSome(queue);
      await queue.passVisibility();
      const [second] = await receiveSome(queue);

      await queue.remove(second!.receiptHandle);
      await queue.passVisibility();

      expect(second!.receiptHandle).not.toBe(first!.receiptHandle);
      expect(await queue.receive()).toEqual([]);
    });

    it('sends a message once more when the answer got lost: at least once', async () => {
      await queue.lost(async () => await queue.delivery.enqueue(aMessage(), 'website'));
      await queue.delivery.enqueue(aMessage(), 'website');

      const received = await receiveSome(queue, 2);

      expect(received.map(({ body }) => parseDeliveryMessage(body))).toEqual([
        aMessage(),
        aMessage(),
      ]);
    });

    it('defers a message as often as it is asked when the answer got lost', async () => {
      await queue.delivery.enqueue(aMessage(), 'website');
      const [received] = await receiveSome(queue);
      const defer = async () => await queue.delivery.defer(received!.receiptHandle, 43_195);

      await queue.lost(defer);
      await defer();
      await queue.passVisibility();

      expect(await queue.receive()).toEqual([]);
    });

    it('counts dead letters, sent ones and moved ones, received or not', async () => {
      const none = await queue.deadLetter.count();
      await queue.deadLetter.send(aDeadLetter());
      await queue.lost(async () => await queue.deadLetter.send(aDeadLetter()));
      await queue.delivery.enqueue(aMessage(), 'website');
      for (let receive = 1; receive <= MAX_RECEIVE_COUNT; receive += 1) {
        const [received] = await receiveSome(queue);
        await queue.delivery.defer(received!.receiptHandle, 0);
      }
      await queue.receive();
      const three = await queue.deadLetter.count();
      await queue.deadLetterBodies();

      expect([none, three]).toEqual([0, 3]);
      expect(await queue.deadLetter.count()).toBe(3);
    });

    it('keeps a dead letter whole, and readable as a delivery message', async () => {
      const letter = aDeadLetter();

      await queue.deadLetter.send(letter);
      const [body] = await eventually(() => queue.deadLetterBodies(), 1);

      expect(JSON.parse(body!)).toEqual(letter);
      expect(parseDeliveryMessage(body!)).toEqual({
        schema_version: 1,
        idempotency_key: letter.idempotency_key,
        source: letter.source,
        event_type: letter.event_type,
        correlation_id: letter.correlation_id,
        quarantine_id: letter.quarantine_id,
      });
    });
  });
}

/** A delivery message with every field filled in. */
export function aMessage(overrides: Partial<DeliveryMessage> = {}): DeliveryMessage {
  return {
    schema_version: 1,
    idempotency_key: 'website|lead.created|1',
    source: 'website',
    event_type: 'lead.created',
    correlation_id: 'correlation-1',
    ...overrides,
  };
}

/** A dead letter with every field filled in. */
export function aDeadLetter(overrides: Partial<DeadLetter> = {}): DeadLetter {
  return {
    schema_version: 1,
    idempotency_key: 'website|lead.created|1',
    source: 'website',
    event_type: 'lead.created',
    correlation_id: 'correlation-1',
    quarantine_id: 'quarantine-1',
    first_received_at: '2026-11-22T04:00:01.000Z',
    last_attempt_at: '2026-11-22T04:00:02.000Z',
    attempt_count: 1,
    failure_class: 'permanent',
    failure_code: 'crm_invalid_data',
    failure_message: 'Zoho refused a value: Phone, “too long”.',
    crm_code: 'INVALID_DATA',
    crm_field: 'Phone',
    normalized_event_ref: 'EVT#website|lead.created|1 NORM',
    raw_event_ref: 'EVT#website|lead.created|1 RAW',
    ...overrides,
  };
}

// SQS may answer a receive with less than there is.
async function receiveSome(queue: QueueHarness, atLeast = 1): Promise<ContractMessage[]> {
  const received: ContractMessage[] = [];
  await eventually(async () => {
    received.push(...(await queue.receive()));
    return received;
  }, atLeast);
  return received;
}

async function eventually<T>(read: () => Promise<readonly T[]>, atLeast: number) {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const values = await read();
    if (values.length >= atLeast) return values;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`fewer than ${atLeast} messages after 5 s`);
}
