import { describe, expect, it } from 'vitest';
import {
  DEFER_SECONDS_MAX,
  deliveryMessageOf,
  parseDeliveryMessage,
} from '../../../lambdas/core/delivery-message.ts';
import { anEventRecord } from '../../support/event-builders.ts';

describe('a delivery message', () => {
  it('names its event, and carries nothing of it', () => {
    expect(deliveryMessageOf(anEventRecord({ quarantineId: 'q1' }))).toEqual({
      schema_version: 1,
      idempotency_key: 'website|lead.created|1001',
      source: 'website',
      event_type: 'lead.created',
      correlation_id: 'corr-1001',
    });
  });

  it('reads back as it was written', () => {
    const message = deliveryMessageOf(anEventRecord());

    expect(parseDeliveryMessage(JSON.stringify(message))).toEqual(message);
  });

  const message = deliveryMessageOf(anEventRecord());
  it.each([
    ['no JSON', '{'],
    ['nothing', ''],
    ['no object', '"website|lead.created|1001"'],
    ['null', 'null'],
    ['another version', JSON.stringify({ ...message, schema_version: 2 })],
    ['an empty key', JSON.stringify({ ...message, idempotency_key: '' })],
    ['no key', JSON.stringify({ ...message, idempotency_key: undefined })],
    ['no source', JSON.stringify({ ...message, source: undefined })],
    ['no event type', JSON.stringify({ ...message, event_type: 1 })],
    ['no correlation id', JSON.stringify({ ...message, correlation_id: null })],
    ['a quarantine id of another kind', JSON.stringify({ ...message, quarantine_id: 7 })],
  ])('is not read from a body with %s', (_, body) => {
    expect(parseDeliveryMessage(body)).toBeUndefined();
  });

  it('takes a key of one character', () => {
    const short = { ...message, idempotency_key: 'k' };

    expect(parseDeliveryMessage(JSON.stringify(short))).toEqual(short);
  });

  it('can be hidden for a little less than the 12 hours that SQS allows in all', () => {
    expect(DEFER_SECONDS_MAX).toBeLessThan(43_200);
    expect(DEFER_SECONDS_MAX).toBeGreaterThan(43_100);
  });
});
