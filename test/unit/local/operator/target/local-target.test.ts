import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { defineConfig } from '../../../../../lambdas/core/config.ts';
import { closeServer, listenOnLoopback } from '../../../../../local/emulators/listen.ts';
import {
  localAddresses,
  openLocalTarget,
} from '../../../../../local/operator/target/local-target.ts';
import { createRecordingLog } from '../../../../support/recording-ports.ts';

const CONFIG = defineConfig({ sources: { demo: { provider: 'typeform' } } });

describe('the pipeline on this machine, for an operator', () => {
  it('lies at the ports that start gives it', () => {
    expect(localAddresses(5000, {})).toMatchObject({
      endpoint: 'http://127.0.0.1:5000',
      sqs: 'http://127.0.0.1:5012',
      secrets: 'http://127.0.0.1:5013',
    });
  });

  it('is out of reach when it keeps its events in memory, and that is said', async () => {
    const server = createServer((_request, response) => response.end('{}'));
    const port = await listenOnLoopback(server, { port: 0, what: 'it', remedy: '' });
    const endpoint = `http://127.0.0.1:${port}`;
    const nowhere = 'http://127.0.0.1:1';
    const addresses = {
      endpoint,
      zoho: nowhere,
      dynamodb: nowhere,
      sqs: nowhere,
      secrets: nowhere,
      metrics: nowhere,
    };

    const opening = openLocalTarget(addresses, CONFIG, createRecordingLog());

    await expect(opening).rejects.toThrow('keeps its events in memory');
    await closeServer(server);
  });
});
