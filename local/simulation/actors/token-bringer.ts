import { parseCredentials } from '../../../lambdas/zoho/credentials.ts';
import { handOverToken, takeTokenRequest } from '../../../lambdas/zoho/hand-over-token.ts';
import { requestToken } from '../../../lambdas/zoho/token-request.ts';
import { SECRET_IDS, SECRETS, ZOHO_URL } from '../settings.ts';
import { type SimulatedWorld, zohoSecret } from '../simulated-world.ts';

const TIMEOUT_MS = 10_000;

/**
 * Brings the refresh token that is in force now: by hand into the secret store, or as the command does it, which tries it
 * first and hands the access token over. Where that is interrupted, it is done by hand.
 */
export async function bringToken(world: SimulatedWorld): Promise<void> {
  const secret = zohoSecret(SECRETS.newRefreshToken);
  if (world.random.chance(0.5)) await bringByCommand(world, secret);
  world.trace.line('operator', 'stores a new refresh token');
  world.secrets.set(SECRET_IDS.zoho, secret);
}

async function bringByCommand(world: SimulatedWorld, secret: string): Promise<void> {
  const credentials = parseCredentials(secret);
  if (credentials === undefined) return;
  world.trace.line('operator', 'tries a new refresh token');
  const ended = await world.tool.invoke(async ({ tokens, clock, fetchZoho }) => {
    const taken = await takeTokenRequest(tokens, clock.nowMs());
    if (taken.kind === 'none_left') return;
    const outcome = await requestToken(fetchZoho, ZOHO_URL, credentials, TIMEOUT_MS, clock);
    if (outcome.kind !== 'granted') return;
    world.secrets.set(SECRET_IDS.zoho, secret);
    await handOverToken(tokens, credentials, outcome, ZOHO_URL, clock.nowMs());
  });
  if (ended.kind === 'failed') world.monitor.failedInside(ended.error, 'The rotation');
}
