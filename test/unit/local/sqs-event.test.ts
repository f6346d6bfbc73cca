import { describe, expect, it } from 'vitest';
import { buildSqsEvent, readBatchResponse } from '../../../local/sqs-event.ts';

const BATCH = ['a', 'b', 'c'];

describe('reading a batch response as Lambda does', () => {
  it.each([
    ['nothing', undefined],
    ['null', null],
    ['no list', {}],
    ['a null list', { batchItemFailures: null }],
    ['an empty list', { batchItemFailures: [] }],
  ])('takes %s for success of the whole batch', (_, response) => {
    const verdict = readBatchResponse(response, BATCH);

    expect(verdict).toEqual({ kind: 'partial', failedIds: new Set() });
  });

  it('keeps the messages that are listed', () => {
    const response = { batchItemFailures: [{ itemIdentifier: 'b' }, { itemIdentifier: 'b' }] };

    const verdict = readBatchResponse(response, BATCH);

    expect(verdict).toEqual({ kind: 'partial', failedIds: new Set(['b']) });
  });

  it.each([
    ['text', 'ok'],
    ['an array', [{ itemIdentifier: 'a' }]],
    ['a list that is none', { batchItemFailures: 'a' }],
    ['an empty identifier', { batchItemFailures: [{ itemIdentifier: '' }] }],
    ['a null identifier', { batchItemFailures: [{ itemIdentifier: null }] }],
    ['another key', { batchItemFailures: [{ id: 'a' }] }],
    ['an entry that is no object', { batchItemFailures: ['a'] }],
    ['an unknown identifier beside a known one', failures('a', 'z')],
  ])('takes %s for failure of the whole batch', (_, response) => {
    const verdict = readBatchResponse(response, BATCH);

    expect(verdict).toEqual({ kind: 'all_failed' });
  });
});

describe('the event of a batch', () => {
  it('carries body, receipt handle, counts and attributes of each message', () => {
    const event = buildSqsEvent(
      [
        {
          MessageId: 'a',
          ReceiptHandle: 'receipt-a',
          Body: '{}',
          MD5OfBody: '99914b932bd37a50b983c5e7c90ae93b',
          Attributes: {
            ApproximateReceiveCount: '2',
            SentTimestamp: '1795320000000',
            SenderId: '000000000000',
            ApproximateFirstReceiveTimestamp: '1795320000001',
            MessageGroupId: 'website',
          },
          MessageAttributes: { source: { DataType: 'String', StringValue: 'website' } },
        },
      ],
      'arn:aws:sqs:us-east-1:000000000000:delivery',
    );

    expect(event.Records).toEqual([
      {
        messageId: 'a',
        receiptHandle: 'receipt-a',
        body: '{}',
        md5OfBody: '99914b932bd37a50b983c5e7c90ae93b',
        attributes: {
          ApproximateReceiveCount: '2',
          SentTimestamp: '1795320000000',
          SenderId: '000000000000',
          ApproximateFirstReceiveTimestamp: '1795320000001',
          MessageGroupId: 'website',
        },
        messageAttributes: {
          source: {
            dataType: 'String',
            stringValue: 'website',
            stringListValues: [],
            binaryListValues: [],
          },
        },
        eventSource: 'aws:sqs',
        eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:delivery',
        awsRegion: 'us-east-1',
      },
    ]);
  });
});

function failures(...ids: readonly string[]) {
  return { batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) };
}
