import { describe, expect, it } from 'vitest';
import {
  ConfigError,
  HoldfastError,
  IdentityTooLargeError,
  SecretUnavailableError,
  StoreUnavailableError,
} from '../../../lambdas/core/errors.ts';

const CAUSE = new Error('ECONNRESET');

describe('an operating error', () => {
  it.each([
    [
      new StoreUnavailableError('The table', CAUSE),
      'StoreUnavailableError',
      'store_unavailable',
      'The table is not available',
      CAUSE,
    ],
    [
      new IdentityTooLargeError(400_001),
      'IdentityTooLargeError',
      'identity_too_large',
      'A merged identity has 400001 bytes, more than an item may hold',
      undefined,
    ],
    [
      new SecretUnavailableError('The pepper could not be read', CAUSE),
      'SecretUnavailableError',
      'secret_unavailable',
      'The pepper could not be read',
      CAUSE,
    ],
    [
      new ConfigError('sources: at least one'),
      'ConfigError',
      'config_invalid',
      'sources: at least one',
      undefined,
    ],
  ])('has a name, a code that machines read, and what lies behind it: %s', (...expected) => {
    const [error, name, code, message, cause] = expected;

    expect(error).toBeInstanceOf(HoldfastError);
    expect(error).toMatchObject({ name, code, message });
    expect(error.cause).toBe(cause);
  });
});
