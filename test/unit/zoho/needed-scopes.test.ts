import { describe, expect, it } from 'vitest';
import { defineConfig } from '../../../lambdas/core/config.ts';
import { missingScopes, neededScopes } from '../../../lambdas/zoho/needed-scopes.ts';

const configWith = (zoho: Parameters<typeof defineConfig>[0]['zoho']) =>
  defineConfig({
    sources: { demo: { provider: 'typeform' } },
    ...(zoho === undefined ? {} : { zoho }),
  });

describe('the scopes of a refresh token', () => {
  it('are those of the module, and of notes where converted leads get one', () => {
    expect(neededScopes(configWith({}))).toEqual([
      'ZohoCRM.modules.leads.CREATE',
      'ZohoCRM.modules.leads.READ',
      'ZohoCRM.modules.leads.UPDATE',
      'ZohoCRM.settings.fields.READ',
      'ZohoCRM.coql.READ',
      'ZohoSearch.securesearch.READ',
    ]);
    expect(neededScopes(configWith({ module: 'Contacts' }))).toContain(
      'ZohoCRM.modules.contacts.CREATE',
    );
    expect(neededScopes(configWith({ onConverted: 'note' }))).toContain(
      'ZohoCRM.modules.notes.CREATE',
    );
  });

  it.each([
    ['by its own name, whatever the case', ['zohocrm.modules.LEADS.create'], []],
    ['by ALL of its area', ['ZohoCRM.modules.leads.ALL'], []],
    ['by ALL of what the area is part of', ['ZohoCRM.modules.ALL'], []],
    ['by WRITE', ['ZohoCRM.modules.leads.WRITE'], []],
    ['not by READ', ['ZohoCRM.modules.leads.READ'], ['ZohoCRM.modules.leads.CREATE']],
    [
      'not by that of another module',
      ['ZohoCRM.modules.contacts.ALL'],
      ['ZohoCRM.modules.leads.CREATE'],
    ],
    ['not by that of another service', ['ZohoBooks.modules.ALL'], ['ZohoCRM.modules.leads.CREATE']],
  ])('cover one %s', (_, granted, missing) => {
    expect(missingScopes(['ZohoCRM.modules.leads.CREATE'], granted)).toEqual(missing);
  });

  it('do not cover reading by WRITE', () => {
    expect(missingScopes(['ZohoCRM.modules.leads.READ'], ['ZohoCRM.modules.leads.WRITE'])).toEqual([
      'ZohoCRM.modules.leads.READ',
    ]);
  });
});
