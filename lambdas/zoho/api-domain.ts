/**
 * Hosts of Zoho's API: environment, then data centre.
 *
 * @see Zoho CRM v8, Multi DC support; Zoho WorkDrive, Data centres (uk, ae): read 2026-11-22
 */
const ZOHO_API_ORIGIN =
  /^https:\/\/(www|sandbox|developer)\.zohoapis\.(?:com|eu|in|com\.au|jp|com\.cn|ca|sa|uk|ae)$/;

/**
 * Chooses where records are written: where the token's answer says, if that is believable.
 *
 * A token's `api_domain` may move calls to another data centre of Zoho's, and nowhere else: not from
 * a sandbox into production, not from a simulator on this machine to Zoho, not to a stranger.
 *
 * @param configured the origin that the configuration names
 * @param offered `api_domain` as answered or stored; undefined when there is none
 */
export function chooseApiUrl(
  configured: string,
  offered: string | undefined,
): { readonly apiUrl: string; readonly refused: boolean } {
  if (offered === undefined || offered === configured)
    return { apiUrl: configured, refused: false };
  const ours = ZOHO_API_ORIGIN.exec(configured)?.[1];
  const theirs = ZOHO_API_ORIGIN.exec(offered)?.[1];
  return ours !== undefined && ours === theirs
    ? { apiUrl: offered, refused: false }
    : { apiUrl: configured, refused: true };
}
