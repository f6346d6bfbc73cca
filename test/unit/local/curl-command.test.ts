import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defineConfig, type HoldfastConfigInput } from '../../../lambdas/core/config.ts';
import { buildCurlCommand, findOnPath } from '../../../local/samples/curl-command.ts';
import { buildSampleLead } from '../../../local/samples/sample-lead.ts';
import { buildSampleRequest, type SampleRequest } from '../../../local/samples/sample-request.ts';
import { signSample } from '../../../local/samples/sample-signing.ts';
import { readExample } from '../../../local/samples/webhook-example.ts';

const NOW_MS = Date.parse('2026-11-22T04:00:00.000Z');
const ENDPOINT = 'http://127.0.0.1:4000';
const hasShell = findOnPath('sh', process.env['PATH'] ?? '');
const hasOpenssl = findOnPath('openssl', process.env['PATH'] ?? '');

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'holdfast-curl-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const SOURCES: Record<string, HoldfastConfigInput['sources'][string]> = {
  typeform: { provider: 'typeform' },
  webhooks: { provider: 'standard_webhooks', externalIdPath: 'data.id' },
  website: { provider: 'website_form', allowedOrigins: ['https://www.example.com'] },
  hex: {
    provider: 'generic_hmac',
    signature: {
      header: 'x-signature',
      prefix: 'sha256=',
      timestamp: { header: 'x-timestamp' },
    },
    idPath: 'submission.id',
  },
  base64: {
    provider: 'generic_hmac',
    signature: {
      header: 'x-signature',
      algorithm: 'sha512',
      encoding: 'base64',
      keyEncoding: 'hex',
      template: 'v1:$"`\\{header:x-id}:{timestamp}:{body}',
      timestamp: { header: 'x-timestamp', unit: 'milliseconds', toleranceSeconds: 60 },
    },
  },
};

const SECRETS: Record<string, string> = {
  typeform: "an apostrophe ' in the key",
  webhooks: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
  hex: 'sixteen characters',
  base64: Buffer.alloc(32, 9).toString('hex'),
};

const LEAD = { ...buildSampleLead(0, 'x1', NOW_MS), lastName: 'O\'Neil & $HOME `id` \\ "x"' };

describe.skipIf(!hasShell || !hasOpenssl)('a pasted curl command', () => {
  it.each(Object.keys(SOURCES))('sends what %s would send, signed', (source) => {
    const request = aRequest(source);
    const command = buildCurlCommand(ENDPOINT, request, { nowMs: NOW_MS, hasOpenssl: true });

    const sent = runWithFakeCurl(command.text);

    const unit = request.signing?.timestamp?.unit === 'milliseconds' ? 1 : 1_000;
    const sentAtMs = Number(sent.headers[request.signing?.timestamp?.header ?? '']) * unit;
    const expected = signSample(request, Number.isNaN(sentAtMs) ? NOW_MS : sentAtMs);
    expect(sent.url).toBe(`${ENDPOINT}/hooks/${source}`);
    expect(sent.body).toBe(request.body);
    expect(sent.headers).toEqual(expected);
    expect(command.validUntilMs).toBeUndefined();
  });

  it('holds the token of a source that is proven by its address', () => {
    const config = defineConfig({ sources: { shop: { provider: 'url_token' } } });
    const request = buildSampleRequest(config, 'shop', 'a-token_of.example~length', LEAD);
    const command = buildCurlCommand(ENDPOINT, request, { nowMs: NOW_MS, hasOpenssl: true });

    const sent = runWithFakeCurl(command.text);

    expect(sent.url).toBe(`${ENDPOINT}/hooks/shop/a-token_of.example~length`);
    expect(sent.body).toBe(request.body);
  });

  it('leaves the boundary of a form with several parts to curl', () => {
    const config = defineConfig({ sources: { shop: { provider: 'url_token' } } });
    const example = readExample('url_token.multipart');
    const secret = 'a-secret-of-example-length';
    const request = buildSampleRequest(config, 'shop', secret, LEAD, example);
    const command = buildCurlCommand(ENDPOINT, request, { nowMs: NOW_MS, hasOpenssl: true });

    const sent = runWithFakeCurl(command.text);

    expect(sent.form).toEqual(
      Object.entries(request.multipart ?? {}).map(([name, value]) => `${name}=${value}`),
    );
    expect(sent.form.join()).toContain(LEAD.lastName);
    expect(sent.headers).not.toHaveProperty('content-type');
    expect(sent.body).toBeUndefined();
  });

  it('says until when it is valid where there is no openssl', () => {
    const request = aRequest('base64');

    const command = buildCurlCommand(ENDPOINT, request, { nowMs: NOW_MS, hasOpenssl: false });

    expect(runWithFakeCurl(command.text).headers).toEqual(signSample(request, NOW_MS));
    expect(command.validUntilMs).toBe(NOW_MS + 60_000);
  });
});

function aRequest(source: string): SampleRequest {
  const config = defineConfig({ sources: SOURCES });
  return buildSampleRequest(config, source, SECRETS[source], LEAD);
}

// A program named curl that writes down its arguments, first in the search path.
function runWithFakeCurl(command: string) {
  const log = path.join(directory, 'arguments');
  writeFileSync(path.join(directory, 'curl'), `#!/bin/sh\nprintf '%s\\0' "$@" > "${log}"\n`, {
    mode: 0o755,
  });
  execFileSync('sh', ['-c', command], {
    env: { PATH: `${directory}${path.delimiter}${process.env['PATH'] ?? ''}` },
  });
  const args = readFileSync(log, 'utf8').split('\0').slice(0, -1);
  const after = (flag: string) =>
    args.flatMap((arg, index) => (args[index - 1] === flag ? [arg] : []));
  return {
    url: args.find((arg) => arg.startsWith('http')),
    body: after('--data-raw')[0],
    form: after('--form-string'),
    headers: Object.fromEntries(
      after('-H').map((header) => {
        const colon = header.indexOf(': ');
        return [header.slice(0, colon), header.slice(colon + 2)];
      }),
    ),
  };
}
