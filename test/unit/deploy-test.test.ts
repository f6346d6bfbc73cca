import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { makeCertificate } from '../deploy/certificate.ts';

const REQUIREMENTS = readFileSync('test/deploy/requirements.txt', 'utf8');
const NOW_MS = Date.parse('2026-11-22T15:20:20.250Z');

describe('the emulator of the deploy test', () => {
  it('and all that it needs is pinned to bytes, wherever they come from', () => {
    const packages = REQUIREMENTS.split(/^(?=[a-z])/m).slice(1);

    for (const each of packages) {
      expect(each).toMatch(/^[a-z0-9-]+==[0-9][0-9a-z.]*( ; python_version < "3\.11")? \\\n/);
      expect(each).toMatch(/--hash=sha256:[0-9a-f]{64}\n$/);
    }
    expect(packages.length).toBeGreaterThan(10);
    expect(REQUIREMENTS).not.toMatch(/https?:|index-url/);
  });

  it('is the version that docs/testing.md speaks of', () => {
    const [, version = ''] = /^ministack==(\S+)/m.exec(REQUIREMENTS) ?? [];
    const page = readFileSync('docs/testing.md', 'utf8');

    expect(page).toContain(`MiniStack ${version}`);
    expect(page).not.toMatch(new RegExp(`MiniStack (?!${version.replaceAll('.', '\\.')})[0-9]`));
  });
});

describe('the certificate before the Zoho simulator', () => {
  it('stands for 127.0.0.1 alone, signs itself, and lasts from yesterday to tomorrow', () => {
    const { certificate } = makeCertificate(NOW_MS);

    const read = new X509Certificate(certificate);
    expect(read.verify(read.publicKey)).toBe(true);
    expect(read.subjectAltName).toBe('IP Address:127.0.0.1');
    expect(read.ca).toBe(true);
    expect(new Date(read.validFrom).toISOString()).toBe('2026-11-21T15:20:20.000Z');
    expect(new Date(read.validTo).toISOString()).toBe('2026-11-23T15:20:20.000Z');
  });

  it('belongs to its key', () => {
    const one = makeCertificate(NOW_MS);
    const other = makeCertificate(NOW_MS);

    expect(new X509Certificate(one.certificate).checkPrivateKey(keyOf(one.key))).toBe(true);
    expect(new X509Certificate(one.certificate).checkPrivateKey(keyOf(other.key))).toBe(false);
  });
});

function keyOf(pem: string): KeyObject {
  return createPrivateKey(pem);
}
