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
  const { email, why } = await refuseOne(world);
  redriven = email;
  return why;
}

let redriven = '';

/** Dead letters moved back to the delivery queue are delivered, once their cause is gone. */
export async function redrive(world: World): Promise<string> {
  await world.zoho.clearFaults();
  const how = await moveDeadLetters(world);
  await expectOnce(world, [redriven]);
  await deadLettersToBe(world, 0);
  return how;
}

/** `holdfast replay` delivers a quarantined lead, records why, and takes its dead letter away. */
export async function replay(world: World): Promise<string> {
  const { email, why } = await refuseOne(world);
  await replayOne(world, email);
  const { out } = await world.holdfast(['replay']);
  assert.match(out, /No lead to replay/);
  return why;
}

/** Sends a lead that the CRM refuses, and waits until the operator can see why. */
export async function refuseOne(world: World): Promise<{ email: string; why: string }> {
  const lead = aPerson();
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
  return { email: lead.email, why: why?.trim() ?? '' };
}

/** Mends what the CRM had against the one lead in quarantine, and has it delivered. */
export async function replayOne(world: World, email: string): Promise<void> {
  await world.zoho.clearFaults();
  const reason = ['--reason', 'The field is no longer mandatory'];
  const { code, out, err } = await world.holdfast([
    'replay',
    '--code',
    'crm_mandatory_missing',
    ...reason,
  ]);
  assert.equal(code, 0, out + err);
  assert.match(out, /1 lead put on the delivery queue/);
  assert.match(out, /Dead letters removed: 1/);
  await expectOnce(world, [email]);
  await deadLettersToBe(world, 0);
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
