import { stateKey } from '../../../lambdas/aws/table-keys.ts';
import { type Forbidden, findLeaks, type Told } from './leak-search.ts';
import type { TelemetryWorld } from './telemetry-world.ts';

/** What some worlds have told, and what they may not have. */
export interface Telemetry {
  readonly told: readonly Told[];
  readonly persons: readonly Forbidden[];
  readonly values: readonly Forbidden[];
  readonly secrets: readonly Forbidden[];
  /** Keys of all events: a sender's own id of a submission is part of one, by design. */
  readonly keys: readonly string[];
  readonly eventTypes: ReadonlySet<string>;
}

/** Gathers it, while the world still runs. */
export async function gather(world: TelemetryWorld): Promise<Telemetry> {
  const { sk } = stateKey('');
  const records = await world.items({
    FilterExpression: 'sk = :state AND begins_with(pk, :event)',
    ExpressionAttributeValues: { ':state': { S: sk }, ':event': { S: 'EVT#' } },
  });
  return {
    told: world.told(),
    ...world.forbidden(),
    keys: records.map(({ pk }) => String(pk).slice('EVT#'.length)),
    eventTypes: new Set(records.map((record) => String(record['event_type']))),
  };
}

/** What is told, with what a sender calls a submission taken out of it, wherever a key holds it. */
function withoutKeys({ told, keys }: Telemetry): readonly Told[] {
  const ids = [...new Set(keys.map((key) => key.split('|').slice(2).join('|')))];
  const spellings = ids
    .flatMap((id) => [id, JSON.stringify(id).slice(1, -1)])
    .filter((id) => id !== '')
    .toSorted((one, other) => other.length - one.length);
  return told.map(({ where, text }) => ({
    where,
    text: spellings.reduce((rest, id) => rest.replaceAll(`|${id}`, '|'), text),
  }));
}

/**
 * The finds in all of it; see `findLeaks`.
 *
 * @param plainWords that tell nothing as a value of a lead; small letters
 * @param settings values of the configuration, which logs may name, and so may a lead by chance
 */
export function leaksOf(
  telemetry: Telemetry,
  plainWords: ReadonlySet<string>,
  settings: readonly string[],
): readonly string[] {
  const { told, persons, values, secrets, eventTypes } = telemetry;
  const named = [...settings, ...eventTypes].flatMap((name) => [
    name,
    ...name.split(/[.:]/),
    ...name.split(/[-_.:]/),
  ]);
  const known = new Set([...plainWords, ...named.map((name) => name.toLowerCase())]);
  const telling = values.filter(({ value }) => !known.has(value.trim().toLowerCase()));
  return [
    ...findLeaks(told, [...persons, ...secrets]),
    ...findLeaks(withoutKeys(telemetry), telling),
  ];
}

/** What was told in several worlds, together. */
export function together(...all: readonly Telemetry[]): Telemetry {
  return {
    told: all.flatMap(({ told }) => told),
    persons: all.flatMap(({ persons }) => persons),
    values: all.flatMap(({ values }) => values),
    secrets: all.flatMap(({ secrets }) => secrets),
    keys: all.flatMap(({ keys }) => keys),
    eventTypes: new Set(all.flatMap(({ eventTypes }) => [...eventTypes])),
  };
}
