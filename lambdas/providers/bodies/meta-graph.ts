import type { DetailsRefusal } from '../details.ts';
import { type Json, member } from '../reading/json.ts';

/** What is asked of a lead. @see Meta, Lead Ads, Retrieving Leads, read 2026-11-22 */
export const LEAD_FIELDS =
  'created_time,id,ad_id,ad_name,adset_id,adset_name,campaign_id,campaign_name,form_id,field_data,is_organic,platform,custom_disclaimer_responses';

const TOKEN_CODES = new Set([102, 190]);
const RATE_LIMIT_CODES = new Set([4, 17, 32, 613, 80005]);
const PASSING_CODES = new Set([1, 2]);

/**
 * What an error of the Graph API means: it answers 400 for most, and tells them apart by a code.
 *
 * @see Meta, Graph API, Handling Errors; Rate Limits, read 2026-11-22
 */
export function refusalOfGraph(
  _status: number,
  body: Json | undefined,
): DetailsRefusal | undefined {
  const error = member(body, 'error');
  const code = member(error, 'code');
  if (typeof code !== 'number') return undefined;
  if (TOKEN_CODES.has(code) || code === 10 || (code >= 200 && code <= 299)) return 'unauthorized';
  if (RATE_LIMIT_CODES.has(code)) return 'rate_limited';
  if (code === 100 && member(error, 'error_subcode') === 33) return 'gone';
  if (PASSING_CODES.has(code) || member(error, 'is_transient') === true) return 'retry';
  return undefined;
}
