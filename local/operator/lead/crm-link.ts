import type { ZohoAddresses } from '../target/target.ts';

/** Which record, of which module. */
export interface CrmRecordRef {
  readonly module: string;
  readonly recordId: string;
}

/** Accounts servers, as `zoho.accountsUrl` names them: the data centre is what follows. */
const ACCOUNTS_HOST = /^accounts\.(zoho\.[a-z.]+|zohocloud\.ca)$/;

/** API hosts of a sandbox, whose pages lie elsewhere. */
const SANDBOX_HOST = /^sandbox\./;

const LOOPBACK_HOST = /^(127\.0\.0\.1|localhost)$/;

/**
 * The address of a record's page in Zoho, or what shows it in the simulator.
 *
 * Unconfirmed: Zoho's own pages name no address of a record. Integrations link to these hosts, whose names differ
 * from the accounts server's in their first part, and to these paths, which lead a signed-in user on to the
 * address with the organisation in it (public source code of integrations, read 2026-11-22).
 *
 * @returns `undefined` for a Zoho whose pages are not known
 */
export function crmLink(
  { accountsUrl, apiUrl }: Pick<ZohoAddresses, 'accountsUrl' | 'apiUrl'>,
  { module, recordId }: CrmRecordRef,
): string | undefined {
  const id = encodeURIComponent(recordId);
  const api = URL.parse(apiUrl);
  if (api !== null && LOOPBACK_HOST.test(api.hostname)) {
    return `${api.origin}/_sim/dump?module=${module}&id=${id}`;
  }
  const domain = ACCOUNTS_HOST.exec(URL.parse(accountsUrl)?.hostname ?? '')?.[1];
  if (domain === undefined) return undefined;
  const host = SANDBOX_HOST.test(api?.hostname ?? '') ? 'crmsandbox' : 'crm';
  return `https://${host}.${domain}/crm/tab/${module}/${id}`;
}
