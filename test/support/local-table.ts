import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createTable } from '../../local/emulators/create-table.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../local/emulators/credentials.ts';
import { findDynoxide, startDynamodb } from '../../local/emulators/dynamodb.ts';

/** A table on the emulator, for one test file. */
export interface LocalTable {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  stop(): Promise<void>;
}

/** Whether this platform has the emulator; where it has none, its suites say so and are left out. */
export const hasLocalTable = findDynoxide() !== undefined;

export async function startLocalTable(): Promise<LocalTable> {
  const program = findDynoxide();
  if (program === undefined) throw new Error('there is no DynamoDB emulator for this platform');
  const emulator = await startDynamodb(program, { port: 0 });
  const client = new DynamoDBClient({
    endpoint: emulator.url,
    region: LOCAL_REGION,
    credentials: LOCAL_CREDENTIALS,
    maxAttempts: 1,
  });
  await createTable(client, 'contract');
  return {
    client,
    tableName: 'contract',
    stop: async () => {
      client.destroy();
      await emulator.stop();
    },
  };
}
