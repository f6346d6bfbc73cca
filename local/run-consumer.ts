import { readFileSync } from 'node:fs';
import { formatLogEntry } from './local-log.ts';
import { parseConsumerSetup, startConsumer } from './start-consumer.ts';

/** How a consumer is to run in a process of its own. */
export interface RunConsumerOptions {
  /** A `Pipeline.consumerSetup` as JSON. */
  readonly setupFile: string;
  readonly print: (line: string) => void;
}

/**
 * Runs only the consumer until SIGINT or SIGTERM: for a debugger, or to be killed. The rest of its
 * pipeline runs elsewhere, started with `consumer: 'elsewhere'`.
 *
 * Its first line is `ready`; what follows is the function's log, as JSON.
 *
 * @throws {ConfigError} when the function refuses its configuration
 */
export async function runConsumer({ setupFile, print }: RunConsumerOptions): Promise<void> {
  const setup = parseConsumerSetup(readFileSync(setupFile, 'utf8'));
  const consumer = startConsumer(setup, { onLog: (entry) => print(formatLogEntry(entry)) });
  print('ready');
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  await consumer.stop();
}
