// Secrets are replaced while leads come in, over sockets: no request is turned away, no lead is lost, doubled or set
// aside, and Zoho is asked for no more tokens than it allows.

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HoldfastConfigInput } from '../../lambdas/core/config.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../local/emulators/credentials.ts';
import { findDynoxide } from '../../local/emulators/dynamodb.ts';
import { LOCAL_SECRET_IDS } from '../../local/local-secrets.ts';
import { runSourceRotate } from '../../local/operator/secret/run-source-rotate.ts';
import { runZohoRotate } from '../../local/operator/secret/run-zoho-rotate.ts';
import { buildSampleRequest } from '../../local/samples/sample-request.ts';
import { DEFAULT_KNOBS } from '../../local/zoho-simulator/knobs.ts';
import { eventually, startAtPort, type TestPipeline } from '../support/running-pipeline.ts';

const SOURCES: HoldfastConfigInput['sources'] = {
  partner: { provider: 'standard_webhooks', label: 'Partner' },
  demo: { provider: 'typeform', label: 'Demo request' },
};

const NEW_REFRESH_TOKEN = '1000.the.new.one';

/** Machines differ; nothing is concluded from how long something takes. */
const PATIENCE_MS = 60_000;

/** Requests under way at the same time. */
const SENDERS = 5;

describe.runIf(findDynoxide() !== undefined)('while leads come in', { timeout: 240_000 }, () => {
  let pipeline: TestPipeline;
  let port: number;
  let lines: string[];
  /** Ends what still sends, so that nothing is sent to a pipeline that has stopped. */
  let stopSending: () => Promise<unknown>;

  beforeEach(async () => {
    ({ pipeline, port } = await startAtPort({ sources: SOURCES }));
    lines = [];
    stopSending = async () => undefined;
  });
  afterEach(async () => {
    await stopSending();
    await pipeline.stop();
  });

  const desk = () => ({
    config: pipeline.config,
    env: {},
    port,
    verbose: false,
    yes: false,
    force: false,
    json: false,
    reason: 'the quarterly rotation',
    print: (line: string) => lines.push(line),
    printError: () => undefined,
    openPrompt: () => ({ ask: async () => NEW_REFRESH_TOKEN, close: () => undefined }),
  });
  const rotate = async (source: string, untilMs: number) =>
    await runSourceRotate({
      ...desk(),
      source,
      keepMs: 0,
      untilMs,
      fromStdin: false,
      finish: false,
    });
  const secretOf = (source: string): Record<string, string> => {
    const file = readFileSync(path.join(pipeline.dataDir, 'secrets.json'), 'utf8');
    const secrets = JSON.parse(file) as Record<string, Record<string, string>>;
    return secrets[`${LOCAL_SECRET_IDS.sourcePrefix}${source}`] ?? {};
  };
  /** One new person's lead, signed with a secret. */
  const sendWith = async (source: string, secret: string | undefined) => {
    const id = randomBytes(6).toString('hex');
    const request = buildSampleRequest(pipeline.config, source, secret, {
      id,
      firstName: 'Ana',
      lastName: 'Ng',
      email: `lead.${id}@example.com`,
      phone: '+12025550143',
      company: 'Example Ltd',
      message: 'Please show us how it works',
      submittedAtMs: Date.now(),
    });
    const { status } = await pipeline.post(request);
    return { status, email: `lead.${id}@example.com` };
  };
  /** Sends until it is told to stop, each time with the secret that the sender has by then. */
  const keepSending = (source: string, secretNow: (n: number) => string | undefined) => {
    const sent: { status: number; email: string }[] = [];
    const sending = { goesOn: true };
    const senders = Array.from({ length: SENDERS }, async () => {
      while (sending.goesOn) sent.push(await sendWith(source, secretNow(sent.length)));
    });
    const stop = async () => {
      sending.goesOn = false;
      await Promise.all(senders);
      return sent;
    };
    stopSending = stop;
    return { sent, stop };
  };
  const inZoho = async () =>
    (await pipeline.zoho.records('Leads')).map(({ fields }) => String(fields['Email'])).toSorted();
  const expectEachOnce = async (sent: readonly { email: string }[]) => {
    const emails = sent.map(({ email }) => email).toSorted();
    const isAll = (states: Record<string, number>) => states['succeeded'] === emails.length;
    await eventually(statesOfLeads, isAll, PATIENCE_MS, 200);
    expect(await inZoho()).toEqual(emails);
    expect(await statesOfLeads()).toEqual({ succeeded: emails.length });
    expect(await pipeline.deadLetters()).toEqual([]);
  };
  const statesOfLeads = async () => {
    const counts: Record<string, number> = {};
    for (const { pk, sk, state } of await pipeline.items()) {
      if (sk !== 'STATE' || !String(pk).startsWith('EVT#')) continue;
      counts[String(state)] = (counts[String(state)] ?? 0) + 1;
    }
    return counts;
  };
  const journal = async () =>
    (await pipeline.items())
      .filter(({ pk }) => String(pk).startsWith('JRN#'))
      .map(({ action, outcome }) => `${String(action)} ${String(outcome)}`)
      .toSorted();
  const revokeOldToken = async () => {
    const body = new URLSearchParams({ token: DEFAULT_KNOBS.refreshToken });
    await fetch(`${pipeline.pipeline.zohoUrl}/oauth/v2/token/revoke`, { method: 'POST', body });
  };

  it('the secret of a source is replaced, and every request is taken', async () => {
    const { current: old } = secretOf('partner');
    let part: 'old' | 'mixed' | 'new' = 'old';
    const sending = keepSending('partner', (n) => {
      const isNew = part === 'new' || (part === 'mixed' && n % 2 === 1);
      return isNew ? secretOf('partner')['current'] : old;
    });
    const atLeast = async (count: number) => {
      const before = sending.sent.length;
      await eventually(
        async () => sending.sent.length - before,
        (more) => more >= count,
        PATIENCE_MS,
      );
    };
    await atLeast(20);

    expect(await rotate('partner', Date.now() + 86_400_000)).toBe(0);
    part = 'mixed';
    await atLeast(40);
    part = 'new';
    await atLeast(20);
    const sent = await sending.stop();

    expect(new Set(sent.map(({ status }) => status))).toEqual(new Set([200]));
    expect(secretOf('partner')).toMatchObject({ previous: old });
    expect(secretOf('partner')['current']).not.toBe(old);
    await expectEachOnce(sent);
    const signed = (await pipeline.items()).flatMap(({ signature }) => signature ?? []);
    expect(new Set(signed)).toEqual(new Set(['current', 'previous']));
    expect(await journal()).toEqual(['secret_rotated done']);
  });

  it('a previous secret is refused once its time is over, and the new one goes on', async () => {
    const { current: old } = secretOf('demo');
    await rotate('demo', Date.now() + 20_000);
    const { current, previous_until: until = '' } = secretOf('demo');

    // The first one with the new secret makes the function read it, and with it the end of the old one.
    const sent = [await sendWith('demo', current)];
    await eventually(
      async () => Date.now(),
      (now) => now >= Date.parse(until),
      PATIENCE_MS,
    );
    const late = await sendWith('demo', old);
    sent.push(await sendWith('demo', current));

    expect(late.status).toBe(401);
    expect(sent.map(({ status }) => status)).toEqual([200, 200]);
    expect(await journal()).toEqual(['secret_rotated done']);
    await expectEachOnce(sent);
  });

  it('the refresh token for Zoho is replaced and the old one revoked at once: each lead once', async () => {
    await pipeline.zoho.knobs({ moreRefreshTokens: [NEW_REFRESH_TOKEN] });
    const sending = keepSending('partner', () => secretOf('partner')['current']);
    await eventually(inZoho, (found) => found.length >= 20, PATIENCE_MS, 100);

    expect(await runZohoRotate({ ...desk(), client: false })).toBe(0);
    await revokeOldToken();
    const before = sending.sent.length;
    await eventually(
      async () => sending.sent.length,
      (count) => count >= before + 60,
      PATIENCE_MS,
    );
    const sent = await sending.stop();

    await expectEachOnce(sent);
    const stats = await pipeline.zoho.stats();
    expect(stats.inserts).toBe(sent.length);
    // The functions' first one, and the one that tried the new credentials, which the functions then use.
    expect(stats.tokensIssued).toBeLessThanOrEqual(3);
    expect(stats.tokenRequestsThrottled).toBe(0);
    expect(lines.join('\n')).toContain('The functions have an access token of them already.');
    expect(await journal()).toEqual(['zoho_credentials_replaced done']);
  });

  it('the secret is written by hand and the old token revoked in the same moment: each lead once', async () => {
    await pipeline.zoho.knobs({ moreRefreshTokens: [NEW_REFRESH_TOKEN] });
    const sending = keepSending('partner', () => secretOf('partner')['current']);
    await eventually(inZoho, (found) => found.length >= 10, PATIENCE_MS, 50);

    await putZohoSecret(pipeline.pipeline.secretsUrl);
    await revokeOldToken();
    const before = sending.sent.length;
    await eventually(
      async () => sending.sent.length,
      (count) => count >= before + 40,
      PATIENCE_MS,
    );
    const sent = await sending.stop();

    await expectEachOnce(sent);
    const stats = await pipeline.zoho.stats();
    expect(stats.inserts).toBe(sent.length);
    expect(stats.tokensIssued).toBeLessThanOrEqual(3);
    expect(stats.tokenRequestsThrottled).toBe(0);
  });

  it('credentials that Zoho refused are replaced: what waited is delivered, by itself', async () => {
    await pipeline.zoho.knobs({ moreRefreshTokens: [NEW_REFRESH_TOKEN] });
    await revokeOldToken();
    const sent = [await sendWith('partner', secretOf('partner')['current'])];
    await eventually(
      async () => await pipeline.items(),
      (items) => items.some(({ pk, state }) => pk === 'BRK#zoho' && state === 'open'),
      PATIENCE_MS,
    );
    const waiting = await sendWith('partner', secretOf('partner')['current']);

    expect(await runZohoRotate({ ...desk(), client: false })).toBe(0);
    const later = await sendWith('partner', secretOf('partner')['current']);

    sent.push(waiting, later);
    await eventually(inZoho, (found) => found.includes(later.email), PATIENCE_MS, 100);
    expect(lines.join('\n')).toMatch(/they go on now.*\n.*replay --code crm_unauthorized/);
    expect(await journal()).toEqual(['breaker_closed done', 'zoho_credentials_replaced done']);
  });
});

/** As somebody does at the console, without a word to the functions. */
async function putZohoSecret(endpoint: string): Promise<void> {
  const client = new SecretsManagerClient({
    endpoint,
    region: LOCAL_REGION,
    credentials: LOCAL_CREDENTIALS,
  });
  const { clientId, clientSecret } = DEFAULT_KNOBS;
  const credentials = {
    client_id: clientId,
    client_secret: clientSecret,
    refresh_token: NEW_REFRESH_TOKEN,
  };
  await client.send(
    new PutSecretValueCommand({
      SecretId: LOCAL_SECRET_IDS.zoho,
      SecretString: JSON.stringify(credentials),
    }),
  );
  client.destroy();
}
