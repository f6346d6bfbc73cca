import { type Check, checksOf } from './check.ts';

/** An alarm of a stage. */
export interface AlarmFacts {
  readonly name: string;
  readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
  /** Somebody is told when it changes. */
  readonly actionsEnabled: boolean;
  /** ARNs of the topics that it is sent to; a part of a composite alarm may have none. */
  readonly topics: readonly string[];
}

/** Where alarms are sent to, and who is told. */
export interface TopicFacts {
  /** The last part of its ARN. */
  readonly name: string;
  readonly subscriptions: readonly SubscriptionFacts[];
}

/** Somebody who is told of alarms. */
export interface SubscriptionFacts {
  /** `email`, `https`, … */
  readonly protocol: string;
  readonly endpoint: string;
  readonly isConfirmed: boolean;
}

const make = checksOf('alarms');

/** Checks that there are alarms, that they may ring, and which ring now. */
export function checkAlarms(alarms: readonly AlarmFacts[] | undefined): readonly Check[] {
  if (alarms === undefined) return [make.notHere('alarms', 'There are no alarms on this machine.')];
  if (alarms.length === 0) {
    return [
      make.problem(
        'alarms',
        'The stage has no alarms.',
        'Deploy the stage again: the stack makes them.',
      ),
    ];
  }
  const mute = alarms.filter(({ actionsEnabled }) => !actionsEnabled);
  const ringing = alarms.filter(({ state }) => state === 'ALARM');
  return [
    mute.length === 0
      ? make.ok('actions', `All ${alarms.length} alarms may ring.`)
      : make.problem(
          'actions',
          `Alarms are switched off, and nobody is told: ${namesOf(mute)}.`,
          'Enable their actions in the CloudWatch console.',
        ),
    ringing.length === 0
      ? make.ok('state', 'None of them rings.')
      : make.warning(
          'state',
          `In alarm now: ${namesOf(ringing)}.`,
          "Read the alarm's description: it says what it means and what to do.",
        ),
  ];
}

/** Checks that alarms reach somebody: on each topic that they are sent to. */
export function checkTopics(topics: readonly TopicFacts[] | undefined): readonly Check[] {
  if (topics === undefined) return [];
  if (topics.every(({ subscriptions }) => subscriptions.length === 0)) {
    return [
      make.problem(
        'subscriptions',
        'Nobody is told of alarms.',
        'Name somebody in alarms.subscriptions of holdfast.config.ts, and deploy.',
      ),
    ];
  }
  return topics.map((topic) => checkTopic(topic));
}

function checkTopic({ name, subscriptions }: TopicFacts): Check {
  const pending = subscriptions.filter(({ isConfirmed }) => !isConfirmed);
  const heard = subscriptions.length - pending.length;
  const id = `subscriptions.${name}`;
  if (subscriptions.length === 0) {
    return make.warning(
      id,
      `Nobody is told what is sent to ${name}.`,
      'Name somebody in alarms.subscriptions of holdfast.config.ts, and deploy.',
    );
  }
  if (pending.length === 0) {
    return make.ok(id, `Alarms reach ${heard} subscriber${heard === 1 ? '' : 's'} of ${name}.`);
  }
  const who = pending
    .map(({ protocol, endpoint }) => `${protocol} to ${masked(endpoint)}`)
    .join(', ');
  const remedy =
    'Follow the link in the message that AWS sent there; after three days, have it sent anew in the SNS console.';
  return heard === 0
    ? make.problem(id, `Alarms of ${name} reach nobody: not confirmed yet: ${who}.`, remedy)
    : make.warning(id, `Alarms of ${name} do not reach all: not confirmed yet: ${who}.`, remedy);
}

/** Enough to know one's own address, and nothing to send to. */
function masked(endpoint: string): string {
  const [, first, domain] = /^(.)[^@]*(@.+)$/.exec(endpoint) ?? [];
  if (first !== undefined && domain !== undefined) return `${first}…${domain}`;
  return /^https?:\/\/[^/]+/.exec(endpoint)?.[0] ?? 'an address';
}

function namesOf(alarms: readonly AlarmFacts[]): string {
  return alarms.map(({ name }) => name).join(', ');
}
