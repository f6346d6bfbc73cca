/** Where an event's payloads lie in the table, as `<pk> <sk>`: for dead letters and audits. */
export interface EventRefs {
  readonly raw: string;
  readonly normalized: string;
}

/** The references of one event's payloads. */
export function eventRefs(key: string, payloadHash: string): EventRefs {
  return {
    raw: `EVT#${key} RAW#${payloadHash}`,
    normalized: `EVT#${key} NORM#${payloadHash}`,
  };
}
