import { describe, expect, it } from 'vitest';
import type { NewEvent } from '../../../lambdas/core/event-record.ts';
import type { IntakeResponse } from '../../../lambdas/intake/intake-request.ts';
import { cleanSubmission } from '../../../lambdas/operations/submission/clean-submission.ts';
import { mapAnew } from '../../../lambdas/operations/mapping/map-anew.ts';
import { GUIDES, PROVIDERS } from '../../../lambdas/providers/catalogue.ts';
import type { WebhookRequest } from '../../../lambdas/providers/provider.ts';
import type { Json } from '../../../lambdas/providers/reading/json.ts';
import {
  type ExpectedEvent,
  fillExample,
  listExamples,
} from '../../../local/samples/webhook-example.ts';
import {
  anExampleCase,
  anotherSecret,
  aPerson,
  type ExampleCase,
  expectedOf,
  postedBy,
  postedInEachWay,
  provingHeaders,
  SOURCE,
} from '../../support/example-case.ts';
import { anIntake, type IntakeHarness, PEPPER } from '../../support/intake-harness.ts';
import { NOW_MS } from '../../support/webhook-builders.ts';

// Every sender's example, by name; a provider that is added is tested here by its example alone.
const EXAMPLES = listExamples();

function anIntakeFor(example: ExampleCase): IntakeHarness {
  const intake = anIntake({ sources: example.sources });
  if (example.secret !== '') {
    intake.secrets.set(`source/${SOURCE}`, JSON.stringify(example.example.secret));
  }
  return intake;
}

async function receive(
  intake: IntakeHarness,
  request: WebhookRequest & { readonly path: string },
): Promise<IntakeResponse> {
  const { method, path, headers, body } = request;
  return await intake.receive({ method, path, headers, body });
}

/** Posts an example and gives what was stored, in the order of `expected`. */
async function taken(example: ExampleCase, intake = anIntakeFor(example), lead = aPerson()) {
  const answer = await receive(intake, postedBy(example, lead, intake.clock.nowMs));
  expect(answer.status).toBe(200);
  const expected = expectedOf(example, lead);
  expect(intake.stored.map(({ eventType }) => eventType).toSorted()).toEqual(
    expected.map(({ event_type: type }) => type).toSorted(),
  );
  // Parts of one request are stored side by side, in any order.
  return expected.map((each) => ({ expected: each, event: eventOf(each, intake.stored) }));
}

function eventOf(expected: ExpectedEvent, stored: readonly NewEvent[]): NewEvent {
  const found = stored.filter(
    ({ eventType, sourceEventId }) =>
      eventType === expected.event_type && sourceEventId === expected.source_event_id,
  );
  if (stored.length === 1) return stored[0]!;
  expect(found, 'events of this type and id').toHaveLength(1);
  return found[0]!;
}

/** One bit of one byte in the middle is another. */
function altered(body: Uint8Array): Uint8Array {
  return body.map((byte, index) => (index === body.length >> 1 ? byte ^ 1 : byte));
}

describe('the catalogue', () => {
  it('has an example of every provider', () => {
    expect(Object.keys(PROVIDERS).filter((name) => !EXAMPLES.includes(name))).toEqual([]);
  });

  it('has a guide for every provider', () => {
    expect(Object.keys(PROVIDERS).filter((name) => !(name in GUIDES))).toEqual([]);
  });

  it('has no example of a provider that it does not know, nor one under a wrong name', () => {
    for (const name of EXAMPLES) {
      const { provider } = anExampleCase(name).example;
      expect(name === provider || name.startsWith(`${provider}.`), name).toBe(true);
      expect(Object.keys(PROVIDERS)).toContain(provider);
    }
  });
});

describe.each(EXAMPLES)('who sent %s', (name) => {
  const example = anExampleCase(name);
  const { provider, secrets } = example;
  const { authentication } = provider;
  const isSigned = authentication.kind === 'hmac' || authentication.kind === 'jws';
  const ways = postedInEachWay(example);
  const verified = (request: WebhookRequest, given = secrets, nowMs = NOW_MS) =>
    provider.verify(request, given, nowMs);

  it('is known by the current secret', () => {
    expect(verified(postedBy(example))).toMatchObject({
      kind: 'verified',
      secretUsed: provider.provesSender ? 'current' : 'none',
    });
  });

  it.runIf(provider.provesSender)(
    'is known by the previous secret while it is being replaced',
    () => {
      const previous = { ...anotherSecret(example), previous: example.secret };

      expect(verified(postedBy(example), previous)).toMatchObject({ secretUsed: 'previous' });
    },
  );

  it.runIf(provider.provesSender)(
    'is not known by another secret, and nothing is stored',
    async () => {
      const intake = anIntakeFor(example);
      const { current } = anotherSecret(example);
      const stored = { ...example.example.secret, current };
      intake.secrets.set(`source/${SOURCE}`, JSON.stringify(stored));

      const answer = await receive(intake, postedBy(example));

      expect(verified(postedBy(example), anotherSecret(example))).toEqual({
        kind: 'refused',
        reason: 'mismatch',
      });
      expect(answer.status).toBe(provider.answers.refusedStatus ?? 401);
      expect(intake.stored).toEqual([]);
      expect(intake.letters).toEqual([]);
    },
  );

  it.runIf(isSigned)('is not believed when the body was altered', () => {
    const request = postedBy(example);

    expect(verified({ ...request, body: altered(request.body) })).toEqual({
      kind: 'refused',
      reason: 'mismatch',
    });
  });

  it.each(provingHeaders(provider, postedBy(example)))('proves it by one %s alone', (header) => {
    const request = postedBy(example);
    const value = request.headers[header]!;
    const twice = { ...request.headers, [header]: `${value},${value}` };

    expect(verified({ ...request, headers: twice })).toEqual({
      kind: 'refused',
      reason: 'duplicate_header',
    });
  });

  it.runIf(provider.provesSender)('is not known without what proves it', () => {
    const request = postedBy(example);
    const headers = Object.fromEntries(
      Object.entries(request.headers).filter(
        ([header]) => !provingHeaders(provider, request).includes(header),
      ),
    );
    const isInBody = authentication.kind === 'body_member';
    const body = isInBody
      ? new TextEncoder().encode(
          JSON.stringify({
            ...(JSON.parse(new TextDecoder().decode(request.body)) as object),
            [authentication.member]: undefined,
          }),
        )
      : request.body;
    const { token: _token, ...rest } = request;

    expect(verified({ ...rest, headers, body })).toEqual({ kind: 'refused', reason: 'missing' });
  });

  it.runIf(authentication.kind === 'origin')('is a page that is allowed, or no page', () => {
    const request = postedBy(example);
    const { origin: _origin, ...none } = request.headers;

    expect(
      verified({ ...request, headers: { ...none, origin: 'https://www.example.org' } }),
    ).toEqual({ kind: 'refused', reason: 'origin' });
    expect(verified({ ...request, headers: none }).kind).toBe('verified');
  });

  it.each(ways)('is known when it signs in this way: %s', (_, { request }) => {
    expect(verified(request)).toMatchObject({ kind: 'verified' });
  });

  it.each(
    ways.flatMap(
      ([
        way,
        {
          request,
          scheme: { timestamp },
        },
      ]) =>
        timestamp === 'none'
          ? []
          : [{ way, request, toleranceMs: timestamp.toleranceSeconds * 1_000 }],
    ),
  )('may have signed so long ago, or ahead, and no longer ($way)', ({ request, toleranceMs }) => {
    for (const direction of [-1, 1]) {
      const at = (ms: number) => verified(request, secrets, NOW_MS + direction * ms);

      expect(at(toleranceMs)).toMatchObject({ kind: 'verified' });
      expect(at(toleranceMs + 1_000)).toEqual({ kind: 'refused', reason: 'stale' });
    }
  });
});

describe.each(EXAMPLES)('what %s becomes', (name) => {
  const example = anExampleCase(name);

  it('is one event for each submission, in canonical form', async () => {
    for (const { expected, event } of await taken(example)) {
      const { normalized } = event;
      expect({
        event_type: event.eventType,
        source_event_id: event.sourceEventId,
        identity: normalized?.identity,
        is_test: normalized?.is_test,
        initial: event.initial,
      }).toMatchObject({
        event_type: expected.event_type,
        source_event_id: expected.source_event_id,
        is_test: expected.suppression === 'test_lead',
        initial:
          expected.suppression === undefined
            ? { state: 'received' }
            : { state: 'suppressed', suppression: expected.suppression },
      });
      if (expected.delivery_id !== undefined) expect(event.deliveryId).toBe(expected.delivery_id);
      if (expected.identity !== undefined) expect(normalized?.identity).toEqual(expected.identity);
      expect(normalized?.attributes).toMatchObject(expected.attributes ?? {});
      if (expected.consent !== undefined) expect(normalized?.consent).toEqual(expected.consent);
      expect({
        at: Date.parse(normalized?.occurred_at ?? ''),
        basis: normalized?.occurred_at_basis,
      }).toEqual(
        expected.occurred_at === undefined
          ? { at: NOW_MS, basis: 'received' }
          : { at: Date.parse(expected.occurred_at), basis: 'provider' },
      );
    }
  });

  it('holds no secret, in what is stored or logged', async () => {
    const intake = anIntakeFor(example);
    const events = await taken(example, intake);
    const secretTexts = Object.values(example.example.secret ?? {});

    for (const { event } of events) {
      const kept = [
        new TextDecoder().decode(event.raw.body),
        JSON.stringify({ ...event, raw: { ...event.raw, body: '' } }),
        JSON.stringify(intake.log.lines),
        JSON.stringify(intake.messages),
      ].join('\n');
      for (const secret of secretTexts) expect(kept).not.toContain(secret);
    }
  });

  it('is a duplicate under the same key when it is delivered again', async () => {
    const intake = anIntakeFor(example);
    const first = await taken(example, intake);
    // Senders sign anew, and need not be quick; those that give no id are known for half an hour.
    intake.clock.nowMs += 20 * 60 * 1_000;

    const again = await receive(intake, postedBy(example, aPerson(), intake.clock.nowMs));

    expect(again.status).toBe(200);
    expect(intake.stored).toHaveLength(first.length);
    expect(intake.metrics.counted.filter((metric) => metric.startsWith('LeadDuplicate'))).toEqual(
      first.map(() => `LeadDuplicate{${SOURCE}}`),
    );
    if (example.provider.answers.acceptedBody !== undefined || first.length === 0) return;
    // A bot is shown the key that a person would get.
    if (first.some(({ expected }) => expected.suppression === 'spam_trap')) return;
    const { events } = JSON.parse(again.body) as { events: { idempotency_key: string }[] };
    expect(events.map(({ idempotency_key: key }) => key).toSorted()).toEqual(
      first.map(({ event }) => event.key).toSorted(),
    );
  });

  it('has other keys than another submission of the same person', async () => {
    const intake = anIntakeFor(example);
    const first = await taken(example, intake);
    const hasIds = first.every(({ expected }) => expected.source_event_id !== undefined);

    // Without an id, it is another submission only if it says something else.
    const other = aPerson({ id: 'x2', ...(hasIds ? {} : { email: 'else@example.com' }) });
    await receive(intake, postedBy(example, other));

    const keys = intake.stored.map(({ key }) => key);
    const named = [...expectedOf(example), ...expectedOf(example, other)];
    const ids = named.map(({ event_type: type, source_event_id: id }) => `${type}|${id}`);
    // Of a batch, what does not bear the submission's id is the same once more.
    expect(keys).toHaveLength(hasIds ? new Set(ids).size : named.length);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.length).toBeGreaterThan(first.length);
  });

  it('is read the same again from what is kept of it', async () => {
    const intake = anIntakeFor(example);
    for (const { expected, event } of await taken(example, intake)) {
      const record = (await intake.store.readRecord(event.key))!;
      const { config } = example;

      const again = await mapAnew(record, intake.store, { config, pepper: PEPPER });

      expect(again).toEqual(
        expected.suppression === undefined
          ? { kind: 'mapped', mappingVersion: event.mappingVersion, normalized: event.normalized }
          : { kind: 'unmapped', why: 'now_suppressed' },
      );
    }
  });
});

const THIN = EXAMPLES.filter((name) =>
  expectedOf(anExampleCase(name)).some(({ details }) => details !== undefined),
);

describe.runIf(THIN.length > 0).each(THIN)('the details of %s', (name) => {
  const example = anExampleCase(name);
  const api = example.provider.detailsApi;
  const calls = fillExample(
    example.example.api ?? [],
    aPerson(),
    example.secret,
  ) as unknown as readonly { path: string; answer: Json }[];

  it('are asked for by what the webhook names, and complete the very submission', async () => {
    const reading = await example.provider.read(postedBy(example));
    const submissions = reading.kind === 'read' ? reading.submissions : [];

    for (const expected of expectedOf(example).filter(({ details }) => details !== undefined)) {
      const thin = submissions.find(
        ({ sourceEventId }) => sourceEventId === expected.source_event_id,
      );
      expect(thin?.details).toEqual(expected.details);
      if (expected.details_lead === undefined) continue;
      expect(api?.calls(thin?.details ?? {}).map(({ path }) => path)).toEqual(
        calls.map(({ path }) => path),
      );

      const complete = await api?.read(
        thin!,
        calls.map(({ answer }) => answer),
      );

      if (complete?.kind !== 'read') throw new Error('the details were not read');
      expect(complete.submissions).toHaveLength(1);
      const [submission] = complete.submissions;
      expect(submission).toMatchObject({
        eventType: thin?.eventType,
        sourceEventId: thin?.sourceEventId,
      });
      expect(submission?.suppression).toBe(expected.details_lead.suppression);
      const source = example.config.sources[SOURCE]!;
      const clean = await cleanSubmission(submission!, { sourceName: SOURCE, source });
      expect(clean.identity).toEqual(expected.details_lead.identity);
      expect(clean.attributes).toMatchObject(expected.details_lead.attributes);
    }
  });
});
