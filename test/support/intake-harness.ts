import { defineConfig, type HoldfastConfigInput } from '../../lambdas/core/config.ts';
import type { DeadLetter } from '../../lambdas/core/dead-letter.ts';
import type { DeliveryMessage } from '../../lambdas/core/delivery-message.ts';
import { SecretUnavailableError, StoreUnavailableError } from '../../lambdas/core/errors.ts';
import type { HumanAnswer, HumanQuestion } from '../../lambdas/core/ports/human-check.ts';
import type { NewEvent } from '../../lambdas/core/event-record.ts';
import type { StoreEraser } from '../../lambdas/core/ports/erasure.ts';
import type { EventStore } from '../../lambdas/core/ports/events.ts';
import type { IntakeRequest, IntakeResponse } from '../../lambdas/intake/intake-request.ts';
import { createReceiveWebhook } from '../../lambdas/intake/receive-webhook.ts';
import { createMemoryEventStore } from '../../local/memory/memory-event-store.ts';
import { createRecordingLog, createRecordingMetrics, type LogLine } from './recording-ports.ts';
import { NOW_MS, SECRET } from './webhook-builders.ts';

export const PEPPER = 'a-pepper-of-example-length';

const SOURCES: HoldfastConfigInput['sources'] = {
  demo: { provider: 'typeform', label: 'Demo request' },
  partner: { provider: 'standard_webhooks', externalIdPath: 'data.id' },
  events: {
    provider: 'generic_hmac',
    signature: { header: 'x-signature', template: '{body}', timestamp: 'none' },
    idPath: 'id',
  },
  website: {
    provider: 'website_form',
    allowedOrigins: ['https://www.example.com'],
    honeypotField: 'website',
  },
  strict: {
    provider: 'website_form',
    allowedOrigins: ['https://www.example.com'],
    honeypotField: 'website',
    onRepeat: 'conflict',
  },
};

/** What a test may make of the world; everything else is well. */
export interface HarnessOptions {
  readonly sources?: HoldfastConfigInput['sources'];
  readonly identity?: HoldfastConfigInput['identity'];
  readonly jsonBytesMax?: number;
  readonly mappingLabel?: string;
}

/** The intake and everything around it that a test may look at or change. */
export interface IntakeHarness {
  receive(request: IntakeRequest): Promise<IntakeResponse>;
  post(
    path: string,
    body: string | Uint8Array,
    headers?: Record<string, string>,
  ): Promise<IntakeResponse>;
  readonly store: EventStore &
    Pick<StoreEraser, 'eraseEvent' | 'removePayloads' | 'forgetSubmitter'>;
  /** Events that were stored for the first time, in order. */
  readonly stored: readonly NewEvent[];
  readonly messages: readonly { readonly message: DeliveryMessage; readonly group: string }[];
  readonly letters: readonly DeadLetter[];
  readonly log: { readonly lines: readonly LogLine[] };
  readonly metrics: { readonly counted: readonly string[] };
  /** The secret store: `source/<name>` and `pepper`. Reads are cached, as they are in production. */
  readonly secrets: Map<string, string>;
  /** What fails. `store`: from the n-th event on, counted from 1; 0 is never. */
  readonly broken: {
    store: number;
    queue: boolean;
    deadLetters: boolean;
    secrets: boolean;
    notes: boolean;
    /** Turns of the event loop that a note takes. */
    notesTurns: number;
  };
  readonly clock: { nowMs: number };
  /** What was asked of the human check, in order; `answer` is what it says. */
  readonly humans: { asked: HumanQuestion[]; answer: (question: HumanQuestion) => HumanAnswer };
}

/** The intake over in-memory ports, with switches for what can break. */
export function anIntake(options: HarnessOptions = {}): IntakeHarness {
  const config = defineConfig({
    sources: options.sources ?? SOURCES,
    ...(options.mappingLabel === undefined ? {} : { mappingLabel: options.mappingLabel }),
    ...(options.identity === undefined ? {} : { identity: options.identity }),
    ...(options.jsonBytesMax === undefined
      ? {}
      : { intake: { jsonBytesMax: options.jsonBytesMax } }),
  });
  const memory = createMemoryEventStore();
  const stored: NewEvent[] = [];
  const messages: { message: DeliveryMessage; group: string }[] = [];
  const letters: DeadLetter[] = [];
  const log = createRecordingLog();
  const metrics = createRecordingMetrics();
  const secrets = new Map<string, string>([['pepper', PEPPER]]);
  for (const name of Object.keys(config.sources)) {
    secrets.set(`source/${name}`, JSON.stringify({ current: SECRET }));
  }
  const broken = {
    store: 0,
    queue: false,
    deadLetters: false,
    secrets: false,
    notes: false,
    notesTurns: 0,
  };
  const cached = new Map<string, string>();
  const clock = { nowMs: NOW_MS };
  const humans: IntakeHarness['humans'] = { asked: [], answer: () => ({ kind: 'passed' }) };
  let ids = 0;

  let accepts = 0;
  const store: IntakeHarness['store'] = {
    ...memory,
    accept: async (event) => {
      accepts += 1;
      if (broken.store > 0 && accepts >= broken.store) {
        throw new StoreUnavailableError('The table', new Error('throttled'));
      }
      const acceptance = await memory.accept(event);
      if (acceptance.kind === 'accepted') stored.push(event);
      return acceptance;
    },
    noteSourceSeen: async (source, atMs) => {
      for (let turn = 0; turn < broken.notesTurns; turn += 1) await Promise.resolve();
      if (broken.notes) throw new StoreUnavailableError('The table', new Error('throttled'));
      await memory.noteSourceSeen(source, atMs);
    },
    keepMapping: async (...mapping) => {
      for (let turn = 0; turn < broken.notesTurns; turn += 1) await Promise.resolve();
      if (broken.notes) throw new StoreUnavailableError('The table', new Error('throttled'));
      await memory.keepMapping(...mapping);
    },
    saveSourceFields: async (...known) => {
      for (let turn = 0; turn < broken.notesTurns; turn += 1) await Promise.resolve();
      if (broken.notes) throw new StoreUnavailableError('The table', new Error('throttled'));
      return await memory.saveSourceFields(...known);
    },
  };

  const receive = createReceiveWebhook(
    {
      events: store,
      queue: {
        enqueue: async (message, group) => {
          if (broken.queue) throw new StoreUnavailableError('The queue', new Error('down'));
          messages.push({ message, group });
        },
      },
      deadLetters: {
        send: async (letter) => {
          if (broken.deadLetters) throw new StoreUnavailableError('The queue', new Error('down'));
          letters.push(letter);
        },
        count: async () => letters.length,
      },
      secrets: {
        read: async (id, { fresh = false } = {}) => {
          if (broken.secrets) throw new SecretUnavailableError('The secret store did not answer');
          const value = fresh ? undefined : cached.get(id);
          const read = value ?? secrets.get(id);
          if (read === undefined) throw new SecretUnavailableError('There is no such secret');
          cached.set(id, read);
          return read;
        },
      },
      humans: {
        ask: async (question) => {
          humans.asked.push(question);
          return humans.answer(question);
        },
      },
      clock: { nowMs: () => clock.nowMs },
      ids: { next: () => `id-${(ids += 1)}` },
      log,
      metrics,
    },
    { config, sourceSecretPrefix: 'source/', pepperSecretId: 'pepper' },
  );

  return {
    receive,
    post: (path, body, headers = {}) => receive(anIntakeRequest({ path, body, headers })),
    store: memory,
    stored,
    messages,
    letters,
    log,
    metrics,
    secrets,
    broken,
    clock,
    humans,
  };
}

export function anIntakeRequest(overrides: {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
}): IntakeRequest {
  const { body = '' } = overrides;
  return {
    method: overrides.method ?? 'POST',
    path: overrides.path ?? '/hooks/demo',
    headers: overrides.headers ?? {},
    body: typeof body === 'string' ? new TextEncoder().encode(body) : body,
  };
}

/** An answer's body; `undefined` when there is none. */
export function bodyOf(response: IntakeResponse): Record<string, unknown> | undefined {
  return response.body === '' ? undefined : (JSON.parse(response.body) as Record<string, unknown>);
}
