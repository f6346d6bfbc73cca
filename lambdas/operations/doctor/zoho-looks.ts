import { checksOf, type Look } from './check.ts';
import { checkZohoAccess, checkZohoAccount, checkZohoFields } from './check-zoho.ts';
import type { DoctorPorts, DoctorSettings } from './doctor-ports.ts';
import { READ_SECRET } from './secret-looks.ts';

/** Looks at Zoho as a delivery would: what it lets us do, which fields it has, what is left of the day's credits. */
export function zohoLooks(
  { zoho }: DoctorPorts,
  { config, command }: DoctorSettings,
): readonly Look[] {
  const { match, keyField, versionField } = config.zoho;
  const ownFields = new Set(match === 'unique_field' ? [keyField, versionField] : []);
  return [
    {
      area: 'zoho',
      name: 'token',
      what: 'Zoho',
      needs: [...READ_SECRET, 'dynamodb:GetItem', 'dynamodb:PutItem'],
      run: async () => {
        // Asked without credentials, Zoho would count one of the few requests for a token.
        if ((await zoho.credentials()) !== 'filled') {
          const why = 'Zoho was not asked, since its credentials are not filled in.';
          return [checksOf('zoho').warning('token', why, 'Fill them in first, then look again.')];
        }
        const { scopes, account, findings } = await zoho.ask();
        return [
          ...checkZohoAccess(scopes, command),
          ...(findings === undefined ? [] : checkZohoFields(findings, ownFields, command)),
          ...checkZohoAccount(account, config.delivery.credits),
        ];
      },
    },
  ];
}
