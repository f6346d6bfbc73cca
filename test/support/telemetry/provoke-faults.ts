import { eventually } from '../running-pipeline.ts';
import { aToldPerson, personalTextsOf } from './people.ts';
import { PATIENCE_MS, type Provoker } from './provoker.ts';
import { quotingError } from './quoting-error.ts';
import type { TelemetryWorld } from './telemetry-world.ts';

/** AWS failing with errors that quote what they met, and code of ours that does. */
export async function provokeFaults(world: TelemetryWorld, { lead }: Provoker): Promise<void> {
  const quoted = personalTextsOf(aToldPerson('faults', 70)).join(' ');
  world.forbidPerson('a value that an error quotes', ...personalTextsOf(aToldPerson('faults', 70)));
  const { crashes, aws, pipeline } = world;

  for (const [command, input] of [
    ['PutItemCommand', 'RAW#'],
    ['PutItemCommand', '"STATE"'],
    ['SendMessageCommand', 'local-delivery'],
    ['SendMessageCommand', 'local-dead-letter'],
    ['GetSecretValueCommand', 'source/unread'],
    ['UpdateItemCommand', 'EVT#leads'],
    ['GetItemCommand', 'NORM#'],
    ['GetItemCommand', 'IDN#'],
    ['GetItemCommand', 'BRK#'],
    ['PutItemCommand', 'IDN#'],
    ['ChangeMessageVisibilityCommand', 'local-delivery'],
  ] as const) {
    aws.fail({ command, input, quoted });
    const isLetter = input === 'local-dead-letter';
    await lead(input === 'source/unread' ? 'unread' : isLetter ? 'updates' : 'leads', 'fault');
    await struck(world);
  }
  for (const [command, input] of [
    ['QueryCommand', 'OPEN#'],
    ['GetQueueAttributesCommand', 'dead-letter'],
    ['GetItemCommand', 'SRC#'],
    ['GetItemCommand', 'BRK#'],
  ] as const) {
    aws.fail({ command, input, quoted });
    await pipeline.sweep().catch((error: unknown) => world.noteFailure(error));
  }

  crashes.intakeClock = quotingError(quoted);
  await lead('leads', 'crash');
  crashes.intakeIds = quotingError(quoted);
  await lead('leads', 'crash');
  for (const left of [0, 1, 2]) {
    crashes.consumerIdsIn = { left, error: quotingError(quoted) };
    await lead('leads', 'crash');
    await eventually(
      async () => crashes.consumerIdsIn,
      (crash) => crash === undefined,
      PATIENCE_MS,
    );
  }
  crashes.sweeperClock = quotingError(quoted);
  await pipeline.sweep().catch((error: unknown) => world.noteFailure(error));
}

/** Waits until what was planned for AWS has happened. */
async function struck(world: TelemetryWorld): Promise<void> {
  await eventually(
    async () => world.aws.pending().length,
    (count) => count === 0,
    PATIENCE_MS,
  );
}
