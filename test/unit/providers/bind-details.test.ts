import { describe, expect, it } from 'vitest';
import { bindDetails } from '../../../lambdas/providers/bind-details.ts';
import { THIN_API } from '../../support/thin-provider.ts';
import { aSource } from '../../support/webhook-builders.ts';

const bound = bindDetails(THIN_API, aSource('website_form'));

describe('what a refusal of a provider’s API means', () => {
  it.each([
    [401, 'unauthorized'],
    [403, 'unauthorized'],
    [404, 'gone'],
    [410, 'gone'],
    [408, 'retry'],
    [425, 'retry'],
    [429, 'rate_limited'],
    [500, 'retry'],
    [503, 'retry'],
    [400, 'unreadable'],
    [422, 'unreadable'],
  ])('goes by the status where the provider says nothing else: %i', (status, meaning) => {
    expect(bound.refusal(status, undefined)).toBe(meaning);
  });

  it('is what the provider says it is', () => {
    expect(bound.refusal(400, { error: { code: 190 } })).toBe('unauthorized');
  });
});

describe('calls a minute', () => {
  it('are 60 where a provider does not say, and else what it says', () => {
    const own = bindDetails({ ...THIN_API, callsPerMinuteMax: () => 200 }, aSource('website_form'));

    expect(bound.callsPerMinuteMax).toBe(60);
    expect(own.callsPerMinuteMax).toBe(200);
  });
});
