import { type Check, checksOf } from './check.ts';

/** A queue, as Amazon SQS describes it. */
export interface QueueFacts {
  readonly arn: string;
  /** Messages that lie there, hidden ones included; about right. */
  readonly count: number;
  readonly visibilitySeconds: number;
  readonly retentionSeconds: number;
  readonly redrive?: { readonly targetArn: string; readonly receivesMax: number };
  /** `undefined` where the queue's home has no encryption to speak of. */
  readonly isEncrypted?: boolean;
}

/** What takes messages off a queue and hands them to a function (AWS Lambda, event source mapping). */
export interface MappingFacts {
  readonly functionArn: string;
  /** `Enabled`, `Disabled`, or on its way to one of them. */
  readonly state: string;
  /** Why it is so, in AWS's words. */
  readonly reason?: string;
  /** Whether single messages of a batch may come back. */
  readonly reportsFailures: boolean;
}

/** A function, as AWS Lambda describes it. */
export interface FunctionFacts {
  readonly name: string;
  readonly timeoutSeconds: number;
  /** `ZOHO_ENABLED` of its environment; `undefined` where that may not be read. */
  readonly isZohoEnabled?: boolean;
}

/** What the stack sets, from `lib/stage-config.ts`. */
export interface QueueSettings {
  readonly receivesMax: number;
  readonly visibilitySeconds: number;
  readonly retentionDays: number;
  readonly deadLetterRetentionDays: number;
}

const make = checksOf('queues');

const DAY_SECONDS = 86_400;

/** AWS asks for it (AWS Lambda, configuring an SQS event source, read 2026-11-22). */
const VISIBILITY_TIMES_TIMEOUT = 6;

const DEPLOY = 'Deploy the stage again: the stack sets it.';

/** Checks both queues: that nothing is lost between them, or too soon. */
export function checkQueues(
  delivery: QueueFacts,
  deadLetter: QueueFacts,
  settings: QueueSettings,
  command: (...words: readonly string[]) => string,
): readonly Check[] {
  return [
    checkRedrive(delivery, deadLetter, settings),
    checkRetention('retention', 'A message', delivery, settings.retentionDays),
    checkRetention(
      'dead_letter_retention',
      'A dead letter',
      deadLetter,
      settings.deadLetterRetentionDays,
    ),
    checkEncryption([delivery, deadLetter]),
    deadLetter.count === 0
      ? make.ok('dead_letters', 'No dead letter lies on its queue.')
      : make.warning(
          'dead_letters',
          `${deadLetter.count} dead letter${deadLetter.count === 1 ? ' lies on its' : 's lie on their'} queue, about; after ${settings.deadLetterRetentionDays} days SQS drops them.`,
          `Each stands for a lead in quarantine: ${command('quarantine list')}`,
        ),
  ];
}

/**
 * Checks what takes leads off the delivery queue.
 *
 * @param mappings `undefined` on this machine, where the pipeline itself does
 */
export function checkMappings(
  mappings: readonly MappingFacts[] | undefined,
  settings: QueueSettings,
): readonly Check[] {
  if (mappings === undefined) return [];
  const [mapping] = mappings;
  if (mapping === undefined) {
    return [
      make.problem(
        'reader',
        'Nothing takes leads off the delivery queue: none is delivered.',
        DEPLOY,
      ),
    ];
  }
  return [
    checkReader(mapping, settings),
    mapping.reportsFailures
      ? make.ok('single_failures', 'A message that fails comes back alone, without its batch.')
      : make.problem(
          'single_failures',
          'A message that fails brings its whole batch back: leads are called for again and again.',
          DEPLOY,
        ),
  ];
}

/** Checks the consumer: that no message comes back while it works on it, and that it may deliver. */
export function checkConsumer(
  fn: FunctionFacts | undefined,
  delivery: Pick<QueueFacts, 'visibilitySeconds'>,
): readonly Check[] {
  return fn === undefined ? [] : [checkVisibility(delivery, fn), ...checkSwitch(fn)];
}

function checkRedrive(
  { redrive }: QueueFacts,
  deadLetter: QueueFacts,
  { receivesMax }: QueueSettings,
): Check {
  if (redrive === undefined) {
    return make.problem(
      'redrive',
      'The delivery queue has no dead-letter queue: a message that nobody can take is lost when it expires.',
      DEPLOY,
    );
  }
  if (redrive.targetArn !== deadLetter.arn) {
    return make.problem(
      'redrive',
      `Messages that nobody can take go to ${redrive.targetArn}, where nobody looks.`,
      DEPLOY,
    );
  }
  return redrive.receivesMax === receivesMax
    ? make.ok('redrive', `A message goes to the dead-letter queue after ${receivesMax} receives.`)
    : make.warning(
        'redrive',
        `A message goes to the dead-letter queue after ${redrive.receivesMax} receives, and ${receivesMax} are configured: a long outage may use them up.`,
        DEPLOY,
      );
}

function checkRetention(name: string, what: string, queue: QueueFacts, days: number): Check {
  const kept = queue.retentionSeconds / DAY_SECONDS;
  return kept >= days
    ? make.ok(name, `${what} is kept for ${days} days.`)
    : make.problem(
        name,
        `${what} is kept for ${Math.round(kept * 10) / 10} days, and ${days} are configured.`,
        DEPLOY,
      );
}

function checkEncryption(queues: readonly QueueFacts[]): Check {
  if (queues.some(({ isEncrypted }) => isEncrypted === undefined)) {
    return make.notHere('encryption', 'The queues of this machine are not encrypted.');
  }
  return queues.every(({ isEncrypted }) => isEncrypted)
    ? make.ok('encryption', 'Both queues are encrypted.')
    : make.problem('encryption', 'A queue is not encrypted.', DEPLOY);
}

function checkReader({ state, reason }: MappingFacts, { retentionDays }: QueueSettings): Check {
  const why = reason === undefined ? '' : ` (${reason})`;
  if (state === 'Enabled')
    return make.ok('reader', 'The consumer takes leads off the delivery queue.');
  return state === 'Enabling' || state === 'Updating' || state === 'Creating'
    ? make.warning(
        'reader',
        `The consumer is being connected to the queue: ${state}${why}.`,
        'Look again in a minute.',
      )
    : make.problem(
        'reader',
        `The consumer does not read the delivery queue: ${state}${why}. Leads wait, and their messages end after ${retentionDays} days.`,
        'Enable the trigger of the consumer function in the Lambda console. To stop deliveries, use "holdfast pause".',
      );
}

function checkVisibility(
  { visibilitySeconds }: Pick<QueueFacts, 'visibilitySeconds'>,
  { name, timeoutSeconds }: FunctionFacts,
): Check {
  const least = timeoutSeconds * VISIBILITY_TIMES_TIMEOUT;
  return visibilitySeconds >= least
    ? make.ok(
        'visibility',
        `A message is hidden for ${visibilitySeconds} s, longer than the consumer takes.`,
      )
    : make.problem(
        'visibility',
        `A message is hidden for ${visibilitySeconds} s, and ${name} may take ${timeoutSeconds} s: it should be ${least} s or more.`,
        DEPLOY,
      );
}

function checkSwitch({ isZohoEnabled }: FunctionFacts): readonly Check[] {
  if (isZohoEnabled !== false) return [];
  return [
    make.warning(
      'switched_off',
      'The stage was deployed with delivery switched off: leads are held.',
      'When the secrets are there, deploy without -c zohoEnabled=false.',
    ),
  ];
}
