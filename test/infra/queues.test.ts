import { describe, expect, it } from 'vitest';
import { aConfig, at, listAt, numberAt, statementsOf, synthesize } from './template.ts';

const stack = synthesize();
const queues = stack.resources('AWS::SQS::Queue');
const delivery = stack.one('AWS::SQS::Queue', 'Queues/Delivery');
const deadLetter = stack.one('AWS::SQS::Queue', 'Queues/DeadLetter');
const consumer = stack.one('AWS::Lambda::Function', 'Consumer/Consumer/Function');
const mapping = stack.one('AWS::Lambda::EventSourceMapping', 'Consumer/Deliveries');

describe('the queues', () => {
  it('each have a redrive policy or are a dead-letter queue', () => {
    const targets = queues
      .map((queue) => at(queue, 'RedrivePolicy', 'deadLetterTargetArn'))
      .filter((target) => target !== undefined)
      .map(stack.render);

    for (const queue of queues) {
      const isDeadLetterQueue = targets.includes(queue.path);
      expect(queue.properties['RedrivePolicy'] !== undefined || isDeadLetterQueue).toBe(true);
    }
    expect(targets).toEqual(['Queues/DeadLetter']);
  });

  it('let dead letters come from the delivery queue only', () => {
    const sources = listAt(deadLetter, 'RedriveAllowPolicy', 'sourceQueueArns');

    expect(at(deadLetter, 'RedriveAllowPolicy', 'redrivePermission')).toBe('byQueue');
    expect(sources.map(stack.render)).toEqual([
      expect.stringMatching(new RegExp(`:${String(delivery.properties['QueueName'])}$`)),
    ]);
  });

  it('keep dead letters longer than messages', () => {
    expect(deadLetter.properties['MessageRetentionPeriod']).toBe(14 * 86_400);
    expect(numberAt(deadLetter, 'MessageRetentionPeriod')).toBeGreaterThan(
      numberAt(delivery, 'MessageRetentionPeriod'),
    );
  });

  it('hide a message for six times as long as the consumer may run', () => {
    const windowSeconds = numberAt(mapping, 'MaximumBatchingWindowInSeconds');

    expect(numberAt(delivery, 'VisibilityTimeout')).toBeGreaterThanOrEqual(
      6 * numberAt(consumer, 'Timeout') + windowSeconds,
    );
  });

  it('count receives as a backstop only, as far as SQS can count', () => {
    expect(numberAt(delivery, 'RedrivePolicy', 'maxReceiveCount')).toBe(1_000);
  });

  it('take TLS only', () => {
    const policies = stack.resources('AWS::SQS::QueuePolicy');

    expect(policies.map((policy) => stack.render(at(policy, 'Queues', 0))).sort()).toEqual([
      'Queues/DeadLetter',
      'Queues/Delivery',
    ]);
    for (const policy of policies) {
      expect(statementsOf(policy)).toEqual([
        expect.objectContaining({
          Effect: 'Deny',
          Action: 'sqs:*',
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        }),
      ]);
    }
  });
});

describe('the consumer', () => {
  it('reports failures message by message, so that one lead never holds up another', () => {
    expect(mapping.properties['FunctionResponseTypes']).toEqual(['ReportBatchItemFailures']);
  });

  it('takes batches and runs side by side as configured', () => {
    const config = aConfig();
    const changed = synthesize({
      config: { ...config, delivery: { ...config.delivery, batchSize: 4, maxConcurrency: 5 } },
    });

    const { properties } = changed.one('AWS::Lambda::EventSourceMapping', 'Consumer/Deliveries');

    expect(properties).toMatchObject({
      BatchSize: 4,
      MaximumBatchingWindowInSeconds: 0,
      ScalingConfig: { MaximumConcurrency: 5 },
    });
  });

  it('goes on reading the queue while delivery is switched off, to hold the leads', () => {
    const off = synthesize({ context: { zohoEnabled: 'false' } });

    const reader = off.one('AWS::Lambda::EventSourceMapping', 'Consumer/Deliveries').properties;
    const fn = off.one('AWS::Lambda::Function', 'Consumer/Consumer/Function');

    expect(reader['Enabled'] ?? true).toBe(true);
    expect(at(fn, 'Environment', 'Variables', 'ZOHO_ENABLED')).toBe('false');
  });
});
