// Dead letters moved back to the delivery queue the way the SQS console does it. The local SQS has no message
// move tasks, so the test takes their steps: a message is received, sent to the other queue with its body
// and attributes as they are, and deleted (Amazon SQS, Configuring a dead-letter queue redrive, read
// 2026-11-22).

import {
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { afterEach, describe, expect, it } from 'vitest';
import {
  expectOneRecordEach,
  type FaultPipeline,
  onceEach,
  startFaultPipeline,
  workflowRuns,
} from '../../support/fault-pipeline.ts';
import { hasLocalTable } from '../../support/local-table.ts';
import { eventually } from '../../support/running-pipeline.ts';
import { aSubmission } from '../../support/submissions.ts';

const BAD_EMAIL = 'bad@example.com';

let pipeline: FaultPipeline;

afterEach(async () => {
  await pipeline.stop();
});

describe.runIf(hasLocalTable)('a redrive from the dead-letter queue', () => {
  it('delivers the leads once their cause is gone, each once', async () => {
    pipeline = await startFaultPipeline();
    await refuseTheBadLead();
    await pipeline.submit(
      aSubmission('bad', 1, { values: { city: '' } }),
      aSubmission('bad', 2),
      aSubmission('good'),
    );
    await statesToBe({ quarantined: 2, succeeded: 1 });
    await lettersToBe(2);
    await pipeline.zoho.clearFaults();

    const moved = await redriveAll();
    await pipeline.allDelivered();

    const held = await expectOneRecordEach(pipeline.zoho, pipeline.sent);
    expect(moved).toHaveLength(2);
    expect(workflowRuns(held)['good@example.com']).toBe(1);
    expect(await pipeline.pipeline.countDeadLetters()).toBe(0);
    await eventually(pipeline.pipeline.countQueued, (count) => count === 0);
  });

  it('before its cause is gone brings the lead back to the queue, to be moved again', async () => {
    pipeline = await startFaultPipeline();
    await refuseTheBadLead();
    await pipeline.submit(aSubmission('bad'));
    await lettersToBe(1);

    const [early] = await redriveAll();
    await lettersToBe(1);
    await pipeline.zoho.clearFaults();
    const [late] = await redriveAll();
    await pipeline.allDelivered();

    const held = await expectOneRecordEach(pipeline.zoho, pipeline.sent);
    expect(quarantineOf(late)).not.toBe(quarantineOf(early));
    expect(workflowRuns(held)).toEqual(onceEach(pipeline.sent));
  });

  it('of a letter that was moved before does nothing more', async () => {
    pipeline = await startFaultPipeline();
    await refuseTheBadLead();
    await pipeline.submit(aSubmission('bad'));
    await lettersToBe(1);
    await pipeline.zoho.clearFaults();
    const [letter] = await redriveAll();
    await pipeline.allDelivered();

    await sendBack(letter);
    await eventually(pipeline.pipeline.countQueued, (count) => count === 0);

    const held = await expectOneRecordEach(pipeline.zoho, pipeline.sent);
    expect(workflowRuns(held)).toEqual(onceEach(pipeline.sent));
    expect(await pipeline.states()).toEqual({ succeeded: 1 });
    expect(await pipeline.pipeline.countDeadLetters()).toBe(0);
  });
});

async function refuseTheBadLead(): Promise<void> {
  await pipeline.zoho.faults({
    kind: 'row_error',
    code: 'INVALID_DATA',
    details: { api_name: 'Company' },
    match: { row: { field: 'Email', equals: BAD_EMAIL } },
    times: 'always',
  });
}

async function statesToBe(expected: Readonly<Record<string, number>>): Promise<void> {
  await eventually(pipeline.states, (states) =>
    Object.entries(expected).every(([state, count]) => states[state] === count),
  );
}

async function lettersToBe(count: number): Promise<void> {
  await eventually(pipeline.pipeline.countDeadLetters, (letters) => letters === count);
}

/** Moves the dead letters that are there now; what comes back meanwhile stays. @returns them */
async function redriveAll(): Promise<readonly Message[]> {
  const count = await pipeline.pipeline.countDeadLetters();
  const moved: Message[] = [];
  while (moved.length < count) {
    const { Messages: letters = [] } = await pipeline.sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl('dead-letter'),
        MaxNumberOfMessages: Math.min(10, count - moved.length),
        MessageAttributeNames: ['All'],
      }),
    );
    for (const letter of letters) {
      await sendBack(letter);
      await pipeline.sqs.send(
        new DeleteMessageCommand({
          QueueUrl: queueUrl('dead-letter'),
          ReceiptHandle: letter.ReceiptHandle,
        }),
      );
    }
    moved.push(...letters);
  }
  return moved;
}

async function sendBack(letter: Message | undefined): Promise<void> {
  await pipeline.sqs.send(
    new SendMessageCommand({
      QueueUrl: queueUrl('delivery'),
      MessageBody: letter?.Body,
      MessageAttributes: letter?.MessageAttributes,
    }),
  );
}

function queueUrl(name: 'delivery' | 'dead-letter'): string {
  return `${pipeline.pipeline.sqsUrl}/000000000000/holdfast-local-${name}`;
}

function quarantineOf(letter: Message | undefined): unknown {
  return (JSON.parse(letter?.Body ?? '{}') as Record<string, unknown>)['quarantine_id'];
}
