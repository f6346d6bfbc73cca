import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTable } from '../../../local/emulators/create-table.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../../local/emulators/credentials.ts';
import { findDynoxide, startDynamodb } from '../../../local/emulators/dynamodb.ts';
import { PortTakenError } from '../../../local/emulators/listen.ts';

const program = findDynoxide();
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'holdfast-dynamodb-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

// Without the program, the tests of the table are skipped: that must not happen unnoticed where it exists.
it.runIf(process.platform === 'linux' && process.arch === 'x64')(
  'the program of the local DynamoDB is installed with the packages',
  () => {
    expect(program).toBeDefined();
  },
);

describe.skipIf(program === undefined)('the local DynamoDB', () => {
  it('keeps items across a restart', async () => {
    const dbFile = path.join(directory, 'table.sqlite');
    const first = await startDynamodb(program!, { port: 0, dbFile });
    await createTable(client(first.url), 'events');
    await client(first.url).send(
      new PutItemCommand({ TableName: 'events', Item: { pk: { S: 'EVT#1' }, sk: { S: 'STATE' } } }),
    );
    await first.stop();

    const second = await startDynamodb(program!, { port: 0, dbFile });
    await createTable(client(second.url), 'events');
    const answer = await client(second.url).send(
      new GetItemCommand({ TableName: 'events', Key: { pk: { S: 'EVT#1' }, sk: { S: 'STATE' } } }),
    );
    await second.stop();

    expect(answer.Item).toBeDefined();
  });

  it('lists in the open index only what carries its keys', async () => {
    const dynamodb = await startDynamodb(program!, { port: 0 });
    const db = client(dynamodb.url);
    await createTable(db, 'events');
    const put = (pk: string, open: Record<string, { S: string }>) =>
      db.send(
        new PutItemCommand({
          TableName: 'events',
          Item: { pk: { S: pk }, sk: { S: 'STATE' }, ...open },
        }),
      );
    await put('EVT#open', { open_pk: { S: 'OPEN#0' }, open_sk: { S: '2026-11-22T04:00:00Z' } });
    await put('EVT#ended', {});

    const answer = await db.send(
      new QueryCommand({
        TableName: 'events',
        IndexName: 'open',
        KeyConditionExpression: 'open_pk = :open',
        ExpressionAttributeValues: { ':open': { S: 'OPEN#0' } },
      }),
    );
    await dynamodb.stop();

    expect(answer.Items?.map((item) => item.pk?.S)).toEqual(['EVT#open']);
  });

  it('names the port when it is taken', async () => {
    const first = await startDynamodb(program!, { port: 0 });

    const second = startDynamodb(program!, { port: first.port });

    await expect(second).rejects.toThrow(PortTakenError);
    await first.stop();
  });

  it('ends when the process that started it is killed', async () => {
    const owner = spawn(process.execPath, [
      '--disable-warning=ExperimentalWarning',
      '--input-type=module',
      '--eval',
      `const { startDynamodb } = await import(${JSON.stringify(new URL('../../../local/emulators/dynamodb.ts', import.meta.url).href)});
       const { url } = await startDynamodb(${JSON.stringify(program)}, { port: 0 });
       console.log(url);`,
    ]);
    const url = await new Promise<string>((resolve) => {
      owner.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()));
    });

    owner.kill('SIGKILL');

    await untilUnreachable(url);
  });
});

function client(endpoint: string): DynamoDBClient {
  return new DynamoDBClient({ endpoint, region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS });
}

async function untilUnreachable(url: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    try {
      await fetch(url);
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the database is still there after 5 s');
}
