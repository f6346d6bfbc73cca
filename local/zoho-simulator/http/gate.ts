import type { ModuleName } from '../modules/module-names.ts';
import type { Permission } from '../oauth/scopes.ts';
import { allows } from '../oauth/scopes.ts';
import type { World } from '../world.ts';
import type { CrmRoute } from './crm-route.ts';
import { permissionsOf } from './crm-route.ts';
import type { Refusal } from './errors.ts';
import { refuse } from './errors.ts';
import type { SimRequest } from './message.ts';

/** The scopes of the token that a request carries. */
export interface Admitted {
  readonly kind: 'admitted';
  readonly scopes: readonly string[];
}

/**
 * Checks `Authorization: Zoho-oauthtoken <token>`. No other scheme is taken.
 *
 * @see Zoho CRM v8, OAuth, Possible errors, read 2026-11-22
 */
export function authenticate(request: SimRequest, world: World): Admitted | Refusal {
  const header = request.headers.authorization ?? '';
  const [scheme, token = ''] = header.split(' ');
  if (scheme !== 'Zoho-oauthtoken' || token === '') {
    return refuse(401, 'AUTHENTICATION_FAILURE', 'Authentication failed');
  }
  const check = world.tokens.check(token);
  return check.kind === 'valid'
    ? { kind: 'admitted', scopes: check.scopes }
    : deadToken(world.knobs.current().deadTokenCode);
}

/** The refusal of a token that is unknown, expired, or ended by the eleventh. */
export function deadToken(code: string): Refusal {
  return refuse(401, code, 'invalid oauth token');
}

/** Checks the scopes of a route. @returns `undefined` when they are enough */
export function missingScope(route: CrmRoute, scopes: readonly string[]): Refusal | undefined {
  return missingPermission(permissionsOf(route), scopes);
}

/** Checks that a query's module may be read. @returns `undefined` when it may */
export function missingReadScope(
  module: ModuleName,
  scopes: readonly string[],
): Refusal | undefined {
  return missingPermission(permissionsOf({ kind: 'list', module }), scopes);
}

function missingPermission(
  permissions: readonly Permission[],
  scopes: readonly string[],
): Refusal | undefined {
  return permissions.every((permission) => allows(scopes, permission))
    ? undefined
    : refuse(401, 'OAUTH_SCOPE_MISMATCH', 'invalid oauth scope to access this URL');
}

/** Refuses a call that is one too many at a time, and counts it. */
export function tooManyConcurrent(world: World): Refusal {
  world.refused.burst += 1;
  return tooMany(world, 'Many requests fired in concurrent than the allowed limit.');
}

/** Refuses a call for which no daily credits are left, and counts it. */
export function creditsExhausted(world: World): Refusal {
  world.refused.quota += 1;
  return tooMany(world, 'Many requests fired than the allowed limit for the past 24 hours.');
}

/** Zoho documents neither a `Retry-After` nor other headers; the knob adds one. */
function tooMany(world: World, message: string): Refusal {
  const { tooManyRequestsCode, retryAfterSeconds } = world.knobs.current();
  const refusal = refuse(429, tooManyRequestsCode, message);
  return retryAfterSeconds === null
    ? refusal
    : { ...refusal, headers: { 'Retry-After': String(retryAfterSeconds) } };
}
