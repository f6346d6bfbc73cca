import assert from 'node:assert/strict';
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { AwsRefusal } from '../aws-calls.ts';
import { expectOnce } from '../records.ts';
import { aPerson, post, requestOf } from '../senders.ts';
import { eventually, type World } from '../world.ts';

/** A lead that the CRM refuses lies in quarantine, and its dead letter in the queue; the operator sees why. */
export async function quarantine(world: World): Promise<string> {
  return await refuse(world, 'redriven');
}

/** Dead letters moved back to the delivery queue are delivered, once their cause is gone. */
export async function redrive(world: World): Promise<string> {
  await world.zoho.clearFaults();
  const how = await moveDeadLetters(world);
  await expectOnce(world, [refused.get('redriven') ?? '']);
  await deadLettersToBe(world, 0);
  return how;
}

/** `holdfast replay` delivers a quarantined lead, records why, and takes its dead letter away. */
export async function replay(world: World): Promise<string> {
  const why = await refuse(world, 'replayed');
  await world.zoho.clearFaults();
  const words = [
    'replay',
    '--code',
    'crm_mandatory_missing',
    '--reason',
    'The field is no longer mandatory',
  ];
  const { code, out, err } = await world.holdfast(words);
  assert.equal(code, 0, out + err);
  assert.match(out, /1 lead put on the delivery queue/);
  assert.match(out, /Dead letters removed: 1/);
  await expectOnce(world, [refused.get('replayed') ?? '']);
  await deadLettersToBe(world, 0);
  const { out: rest } = await world.holdfast(['replay']);
  assert.match(rest, /No lead to replay/);
  return why;
}

const refused = new Map<string, string>();

async function refuse(world: World, as: 'redriven' | 'replayed'): Promise<string> {
  const lead = aPerson();
  refused.set(as, lead.email);
  await world.zoho.faults({
    kind: 'row_error',
    code: 'MANDATORY_NOT_FOUND',
    message: 'required field not found',
    details: { api_name: 'Company' },
    match: { row: { field: 'Email', equals: lead.email } },
    times: 'always',
  });
  assert.equal(await post(world, await requestOf(world, 'demo_request', lead)), 200);
  await deadLettersToBe(world, 1);
  const { code, out, err } = await world.holdfast(['replay', '--plan']);
  assert.equal(code, 0, err);
  assert.match(out, /1 lead to replay/);
  assert.ok(!out.includes(lead.email));
  const why = out.split('\n').find((line) => line.includes(' × '));
  return why?.trim() ?? '';
}

async function deadLettersToBe(world: World, wanted: number): Promise<void> {
  await eventually(
    'Dead letters',
    async () => {
      const { Attributes } = await world.sqs.send(
        new GetQueueAttributesCommand({
          QueueUrl: world.output('DeadLetterQueueUrl'),
          AttributeNames: ['ApproximateNumberOfMessages'],
        }),
      );
      return Number(Attributes?.['ApproximateNumberOfMessages']);
    },
    (count) => count === wanted,
  );
}

/** As the console's "Start DLQ redrive" does; where the emulator has no such task, by the steps of one. */
async function moveDeadLetters(world: World): Promise<string> {
  const { Attributes } = await world.sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: world.output('DeadLetterQueueUrl'),
      AttributeNames: ['QueueArn'],
    }),
  );
  try {
    await world.calls.json('sqs', 'AmazonSQS.StartMessageMoveTask', {
      SourceArn: Attributes?.['QueueArn'],
    });
    return 'by StartMessageMoveTask';
  } catch (error) {
    if (!(error instanceof AwsRefusal) || !/InvalidAction|UnknownOperation/.test(error.message)) {
      throw error;
    }
  }
  const { Messages = [] } = await world.sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: world.output('DeadLetterQueueUrl'),
      MaxNumberOfMessages: 10,
      MessageAttributeNames: ['All'],
    }),
  );
  for (const { Body, MessageAttributes, ReceiptHandle } of Messages) {
    const QueueUrl = world.output('DeliveryQueueUrl');
    await world.sqs.send(
      new SendMessageCommand({ QueueUrl, MessageBody: Body, MessageAttributes }),
    );
    await world.sqs.send(
      new DeleteMessageCommand({ QueueUrl: world.output('DeadLetterQueueUrl'), ReceiptHandle }),
    );
  }
  return 'the emulator has no StartMessageMoveTask; the test has moved the messages, as the task would';
}
