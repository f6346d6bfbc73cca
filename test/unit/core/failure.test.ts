import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  FAILURE_CODES,
  failure,
  failureClassOf,
  failureSentenceOf,
} from '../../../lambdas/core/failure.ts';

describe('the failure catalogue', () => {
  const page = readFileSync('docs/errors.md', 'utf8');
  const rows = new Map(
    [...page.matchAll(/^\| `([a-z_]+)` \| ([a-z ]+) \|/gm)].map((row) => [row[1], row[2]]),
  );

  it('has a row in docs/errors.md for every code, with its class, and none for others', () => {
    expect([...rows.keys()]).toEqual([...FAILURE_CODES]);
    for (const code of FAILURE_CODES) {
      expect(rows.get(code), code).toBe(failureClassOf(code).replaceAll('_', ' '));
    }
  });

  it('makes a sentence that ends with a full stop, with the detail after a colon', () => {
    expect(failure('crm_invalid_data').message).toBe('Zoho refused a value.');
    expect(failure('crm_invalid_data', 'Phone, longer than 30 characters').message).toBe(
      'Zoho refused a value: Phone, longer than 30 characters.',
    );
    expect(failureSentenceOf('crm_invalid_data')).toBe('Zoho refused a value.');
  });

  it('names the CRM’s own code and field where there are any, and has no room for them otherwise', () => {
    const base = { code: 'crm_refused', class: 'permanent', message: 'Zoho refused the lead.' };
    const of = (crm?: { code?: string; field?: string }) => failure('crm_refused', undefined, crm);

    expect(of()).toStrictEqual(base);
    expect(of({})).toStrictEqual(base);
    expect(of({ code: 'NOT_ALLOWED' })).toStrictEqual({ ...base, crmCode: 'NOT_ALLOWED' });
    expect(of({ field: 'Phone' })).toStrictEqual({ ...base, crmField: 'Phone' });
  });
});
