import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  contentKeys,
  eventKey,
  isVolatile,
  pageKey,
  type SubmissionContent,
  TICK_MS,
  unreadableKey,
} from '../../../lambdas/core/idempotency-key.ts';
import { payloadHash } from '../../../lambdas/core/payload-hash.ts';

const PEPPER = 'a-pepper-of-example-length';
const NOW_MS = Date.parse('2026-11-22T04:00:00Z');

// Everything that could be mistaken for the key's own punctuation.
const PART = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }),
  fc.stringMatching(/^[|%:h01A-F\uD800]{1,12}$/),
);

function content(overrides: Partial<SubmissionContent> = {}): SubmissionContent {
  return {
    formId: 'contact',
    email: 'ana@example.com',
    phone: undefined,
    externalId: undefined,
    answers: [{ key: 'message', value: 'Hi' }],
    ...overrides,
  };
}

function keys(overrides: Partial<SubmissionContent> = {}, pepper = PEPPER, nowMs = NOW_MS) {
  return contentKeys('website', 'form_submission', content(overrides), pepper, nowMs);
}

describe('eventKey', () => {
  it('names a submission by source, event type and the sender’s id', () => {
    expect(eventKey('demo', 'form_response', '9f3c')).toBe('demo|form_response|9f3c');
    expect(eventKey('partner', 'lead.created', 'a|b%c')).toBe('partner|lead.created|a%7Cb%25c');
  });

  it('is the same for the same submission, and never for two', () => {
    fc.assert(
      fc.property(PART, PART, PART, PART, PART, PART, (a, b, c, d, e, f) => {
        const same = a === d && b === e && c === f;

        expect(eventKey(a, b, c) === eventKey(d, e, f)).toBe(same);
        expect(eventKey(a, b, c)).toBe(eventKey(a, b, c));
        expect(eventKey(a, b, c).split('|')).toHaveLength(3);
      }),
      { numRuns: 1_000 },
    );
  });

  it('tells parts apart whose joint is elsewhere', () => {
    fc.assert(
      fc.property(PART, PART, (a, b) => {
        expect(eventKey('s', `${a}|${b}`, 'x')).not.toBe(eventKey('s', a, `${b}|x`));
        expect(eventKey('s', a, `${b}|x`)).not.toBe(eventKey('s', `${a}|${b}`, 'x'));
      }),
    );
  });

  it('stays short enough for the table, whatever the id', () => {
    const long = 'x'.repeat(100_000);

    expect(eventKey('s', long, long).length).toBeLessThan(900);
    expect(eventKey('s', 't', long)).not.toBe(eventKey('s', 't', `${long}x`));
    expect(eventKey('s', 't', '\uD800')).not.toBe(eventKey('s', 't', '\uD801'));
    expect(eventKey('s', 't', '\uD800')).not.toBe(eventKey('s', 't', '\uFFFD'));
  });

  it('keeps a part readable up to 400 bytes as it is encoded', () => {
    const part = `${'x'.repeat(397)}%`;

    expect(eventKey('s', 't', part)).toBe(`s|t|${'x'.repeat(397)}%25`);
    expect(eventKey('s', 't', `x${part}`)).toMatch(/^s\|t\|h0:[0-9a-f]{64}$/);
  });

  it.each([
    ['', 't', 'i'],
    ['s', '', 'i'],
    ['s', 't', ''],
  ])('is never built with an empty part: %j, %j, %j', (source, type, id) => {
    expect(() => eventKey(source, type, id)).toThrow('empty');
  });
});

describe('pageKey', () => {
  const of = (overrides: Partial<SubmissionContent> = {}, pepper = PEPPER) =>
    pageKey('website', 'form_submission', 'visit-1', content(overrides), pepper);

  it('names the id of the page and what was said', () => {
    expect(of()).toBe('website|form_submission|visit-1|h1:16ad635be682f9df');
  });

  it('differs when the content or the pepper does', () => {
    expect(of({ email: 'ben@example.com' })).not.toBe(of());
    expect(of({}, 'another-pepper-of-length')).not.toBe(of());
  });
});

describe('contentKeys', () => {
  // Keys are stored: computed in another way, a repeated submission would be a new one. These were
  // computed by another program, as HMAC-SHA256 of `content`, a zero byte, and the canonical JSON.
  it('never change', () => {
    const base =
      'website|form_submission|h1:16ad635be682f9dfdd163411107c00b7a0940f2bddc5a0e26c04621ba5dbe796';

    expect(keys()).toEqual({ current: `${base}|997400`, previous: `${base}|997399` });
    expect(TICK_MS).toBe(1_800_000);
  });

  it('are equal for equal content within a tick, in whatever order its members are', () => {
    const again = keys(
      { answers: [{ value: 'Hi', key: 'message' }] },
      PEPPER,
      NOW_MS + TICK_MS - 1,
    );

    expect(again.current).toBe(keys().current);
    expect(keys().current).toMatch(/^website\|form_submission\|h1:[0-9a-f]{64}\|\d+$/);
  });

  it('do not depend on the order of answers, as the fingerprint does not; on that of one question’s they do', () => {
    const [one, other] = [
      { key: 'city', value: ['Bonn', 'Ulm'] },
      { key: 'message', value: 'Hi' },
    ];

    const { current } = keys({ answers: [one, other] });

    expect(keys({ answers: [other, one] }).current).toBe(current);
    const turned = { key: 'city', value: ['Ulm', 'Bonn'] };
    expect(keys({ answers: [turned, other] }).current).not.toBe(current);
  });

  it('meet across the change of a tick', () => {
    const later = keys({}, PEPPER, NOW_MS + TICK_MS);

    expect(later.previous).toBe(keys().current);
    expect(later.current).not.toBe(keys().current);
  });

  it.each([
    ['form', { formId: 'other' }],
    ['e-mail address', { email: 'ben@example.com' }],
    ['phone', { phone: '+12025550143' }],
    ['external id', { externalId: 'x' }],
    ['answer', { answers: [{ key: 'message', value: 'Hello' }] }],
    ['question', { answers: [{ key: 'comment', value: 'Hi' }] }],
    ['wish for a date', { answers: [...content().answers, { key: 'date', value: '1 May' }] }],
  ])('differ when the %s does', (_, change) => {
    expect(keys(change).current).not.toBe(keys().current);
  });

  it('do not differ by what only software adds', () => {
    const answers = [
      ...content().answers,
      { key: 'rendered_at', value: '1795319900' },
      { key: 'cf-turnstile-response', value: 'token' },
    ];

    expect(keys({ answers }).current).toBe(keys().current);
  });

  it('do not differ by what software adds below another name, as its fingerprint does not', () => {
    const answers = [
      ...content().answers,
      { key: 'meta.attempt', value: '2' },
      { key: 'token.value', value: 'x' },
    ];

    expect(keys({ answers }).current).toBe(keys().current);
    const told = [...content().answers, { key: 'meta.message', value: 'x' }];
    expect(keys({ answers: told }).current).not.toBe(keys().current);
  });

  it('cannot be found without the pepper', () => {
    expect(keys({}, 'another-pepper-of-length').current).not.toBe(keys().current);
  });
});

describe('unreadableKey', () => {
  it('never changes', () => {
    expect(unreadableKey('s', Buffer.from('{'), PEPPER)).toBe(
      's|unreadable|h1:5b5cbd0ceba5d55877199cc3cc80cf3d1ffeaf44fb7571b2a2d224792c357e04',
    );
  });

  it('names the bytes, at any time', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (a, b) => {
        const same = Buffer.from(a).equals(Buffer.from(b));

        expect(unreadableKey('s', a, PEPPER) === unreadableKey('s', b, PEPPER)).toBe(same);
      }),
    );
    expect(unreadableKey('s', new Uint8Array(), PEPPER)).toMatch(
      /^s\|unreadable\|h1:[0-9a-f]{64}$/,
    );
  });
});

describe('isVolatile', () => {
  it('knows technical names in any spelling, and no other', () => {
    expect(['_wpnonce', 'renderedAt', 'g-recaptcha-response', 'IP'].map(isVolatile)).toEqual(
      Array.from({ length: 4 }, () => true),
    );
    expect(isVolatile('token'.padStart(60, '_'))).toBe(true);
    expect(isVolatile('token'.padStart(61, '_'))).toBe(false);
    expect(['date', 'time', 'message', 'token_of_love', ''].map(isVolatile)).toEqual(
      Array.from({ length: 5 }, () => false),
    );
  });
});

describe('payloadHash', () => {
  it('does not depend on the order of members, but on everything else', () => {
    expect(payloadHash({ a: 1, b: [1, 2] })).toBe(payloadHash({ b: [1, 2], a: 1 }));
    expect(payloadHash({ a: 1 })).not.toBe(payloadHash({ a: '1' }));
    expect(payloadHash([1, 2])).not.toBe(payloadHash([2, 1]));
    expect(payloadHash(['\uD800'])).not.toBe(payloadHash(['\uD801']));
    expect(payloadHash({})).toMatch(/^[0-9a-f]{64}$/);
  });

  it('is that of the same JSON after any round trip', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(payloadHash(JSON.parse(JSON.stringify(value)))).toBe(payloadHash(value));
      }),
    );
  });
});
