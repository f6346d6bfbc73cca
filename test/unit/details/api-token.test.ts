import { describe, expect, it } from 'vitest';
import { apiTokenOf } from '../../../lambdas/details/api-token.ts';

describe('the token in a source’s secret', () => {
  it('stands beside what the source signs with', () => {
    expect(apiTokenOf('{"current":"0123456789abcdef","api_token":"EAAG.x-y_z"}')).toBe(
      'EAAG.x-y_z',
    );
  });

  it.each([
    ['no JSON', 'token'],
    ['no token', '{"current":"0123456789abcdef"}'],
    ['an empty one', '{"api_token":""}'],
    ['one with a line feed', '{"api_token":"abc\\n"}'],
    ['one that is no text', '{"api_token":1}'],
    ['nothing', 'null'],
  ])('is none in a secret that is %s', (_what, stored) => {
    expect(apiTokenOf(stored)).toBeUndefined();
  });
});
