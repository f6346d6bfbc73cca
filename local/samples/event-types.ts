import { listExamples, readExample } from './webhook-example.ts';

/** What generic senders call their events unless they say otherwise. */
const USUAL = ['lead.created', 'form_submission'] as const;

/**
 * The types of the events that a provider sends, as far as its examples show them: an event's key has its type in
 * it. Senders that name their events themselves may have others.
 */
export function eventTypesOf(provider: string): readonly string[] {
  const types = listExamples()
    .map(readExample)
    .filter((example) => example.provider === provider)
    .flatMap(({ expected }) => expected)
    .map((event) => event.event_type);
  return [...new Set([...types, ...USUAL])];
}
