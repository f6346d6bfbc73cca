import { describe, expect, it } from 'vitest';
import { crmLink } from '../../../../../local/operator/lead/crm-link.ts';

const CRM = { module: 'Leads', recordId: '4150868000000376001' };

describe('the link to a record in the CRM', () => {
  it.each([
    ['https://accounts.zoho.com', 'https://www.zohoapis.com', 'https://crm.zoho.com'],
    ['https://accounts.zoho.eu', 'https://www.zohoapis.eu', 'https://crm.zoho.eu'],
    ['https://accounts.zoho.com.au', 'https://www.zohoapis.com.au', 'https://crm.zoho.com.au'],
    ['https://accounts.zohocloud.ca', 'https://www.zohoapis.ca', 'https://crm.zohocloud.ca'],
    ['https://accounts.zoho.eu', 'https://sandbox.zohoapis.eu', 'https://crmsandbox.zoho.eu'],
  ])('of %s and %s lies at %s', (accountsUrl, apiUrl, origin) => {
    expect(crmLink({ accountsUrl, apiUrl }, CRM)).toBe(
      `${origin}/crm/tab/Leads/4150868000000376001`,
    );
  });

  it('leads to what the simulator holds of it', () => {
    const url = 'http://127.0.0.1:4010';

    expect(crmLink({ accountsUrl: url, apiUrl: url }, CRM)).toBe(
      'http://127.0.0.1:4010/_sim/dump?module=Leads&id=4150868000000376001',
    );
  });

  it('is none where nobody knows the pages', () => {
    const url = 'https://zoho.example.com';

    expect(crmLink({ accountsUrl: url, apiUrl: url }, CRM)).toBeUndefined();
  });
});
