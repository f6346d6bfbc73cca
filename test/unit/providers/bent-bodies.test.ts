import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bindProvider } from '../../../lambdas/providers/bind-provider.ts';
import type { ProviderName } from '../../../lambdas/providers/catalogue.ts';
import { aRequest, aSource } from '../../support/webhook-builders.ts';

interface Example {
  readonly provider: ProviderName;
  readonly settings: Record<string, unknown>;
  readonly request: { readonly body?: unknown };
}

const FOLDER = 'examples/webhooks';
const EXAMPLES = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.json'))
  .flatMap((name) => {
    const text = readFileSync(path.join(FOLDER, name), 'utf8');
    const { provider, settings, request } = JSON.parse(text) as Example;
    return request.body === undefined
      ? []
      : ([[name, aSource(provider, settings), request.body]] as const);
  });

const ANYTHING = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom(null, '', '__proto__', [], {}, [null], [[]], { id: {} }, 2 ** 60, -1, true),
);

/** The body with one value, chosen by its number, made into something else. */
function bend(value: unknown, place: { left: number }, other: unknown): unknown {
  place.left -= 1;
  if (place.left === -1) return other;
  if (Array.isArray(value)) return value.map((item) => bend(item, place, other));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, bend(inner, place, other)]),
  );
}

describe.each(EXAMPLES)('%s', (_, source, body) => {
  const provider = bindProvider(source);
  const read = (value: unknown) =>
    provider.read(
      aRequest({ body: JSON.stringify(value), headers: { 'content-type': 'application/json' } }),
    );

  it('never throws with one of its values made into anything else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(150), ANYTHING, async (left, other) => {
        const reading = await read(bend(body, { left }, other));

        expect(['read', 'unreadable']).toContain(reading.kind);
        if (reading.kind === 'unreadable') return;
        for (const { answers, attributes, sourceEventId, content } of reading.submissions) {
          for (const { key, value } of answers) {
            expect(typeof key).toBe('string');
            for (const text of [value].flat()) expect(typeof text).toBe('string');
          }
          for (const text of Object.values(attributes)) expect(typeof text).toBe('string');
          expect(['string', 'undefined']).toContain(typeof sourceEventId);
          expect(() => JSON.stringify(content)).not.toThrow();
        }
      }),
      { numRuns: 300 },
    );
  });
});
