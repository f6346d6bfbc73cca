import { Command } from 'commander';
import { runConsumer } from '../local/run-consumer.ts';

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

await new Command('consumer')
  .description('run only the consumer, over a local pipeline that runs elsewhere')
  .argument('<setup>', "the pipeline's consumer setup, a JSON file")
  .action(async (setupFile: string) => {
    await runConsumer({ setupFile, print });
  })
  .parseAsync();
