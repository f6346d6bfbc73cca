import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { defineConfig } from '../../../lambdas/core/config.ts';
import { ConfigError } from '../../../lambdas/core/errors.ts';
import { buildIntake } from '../../../lambdas/intake/build-intake.ts';
import { INTAKE_ENV_NAMES } from '../../../lambdas/intake/env.ts';
import { createMemoryEventStore } from '../../../local/memory/memory-event-store.ts';
import { createRecordingLog, createRecordingMetrics } from '../../support/recording-ports.ts';

const CONFIG = defineConfig({
  sources: { website: { provider: 'website_form', allowedOrigins: ['https://www.example.com'] } },
});
const ENV = {
  ...Object.fromEntries(INTAKE_ENV_NAMES.map((name) => [name, name.toLowerCase()])),
  AWS_REGION: 'eu-west-1',
};

function anEvent(rawPath: string, body?: string): APIGatewayProxyEventV2 {
  return {
    version: '2.0',
    rawPath,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body }),
    isBase64Encoded: false,
    requestContext: { stage: '$default', http: { method: 'POST' } },
  } as unknown as APIGatewayProxyEventV2;
}

function anIntake() {
  const sent: string[] = [];
  let flushes = 0;
  const intake = buildIntake(ENV, CONFIG, {
    events: createMemoryEventStore(),
    queue: {
      enqueue: async (message) => {
        sent.push(message.idempotency_key);
      },
    },
    secrets: { read: async (id) => `${id}-with-enough-characters` },
    log: createRecordingLog(),
    metrics: {
      ...createRecordingMetrics(),
      flush: () => {
        flushes += 1;
      },
    },
  });
  return { intake, sent, flushes: () => flushes };
}

describe('buildIntake', () => {
  it('answers an HTTP API event and flushes the metrics after it', async () => {
    const { intake, sent, flushes } = anIntake();

    const result = await intake(
      anEvent('/hooks/website', '{"submission_id":"s-1","email":"ana@example.com"}'),
    );

    expect(result.statusCode).toBe(200);
    expect(sent).toEqual(['website|form_submission|s-1']);
    expect(flushes()).toBe(1);
  });

  it('names every environment variable that is missing', () => {
    const act = () => buildIntake({ STAGE: 'test', TABLE_NAME: '' }, CONFIG);

    expect(act).toThrow(ConfigError);
    for (const name of INTAKE_ENV_NAMES.filter((known) => known !== 'STAGE')) {
      expect(act).toThrow(name);
    }
  });
});
