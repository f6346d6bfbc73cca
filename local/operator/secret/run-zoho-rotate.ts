import { SecretChangedError } from '../../../lambdas/core/errors.ts';
import {
  BREAKER_TOUCHED,
  breakerStatus,
  closeBreaker,
} from '../../../lambdas/operations/delivery/control-breaker.ts';
import { parseReason } from '../../../lambdas/operations/quarantine/execute-replay.ts';
import { onRecord } from '../../../lambdas/operations/journal/on-record.ts';
import { parseCredentials, type ZohoCredentials } from '../../../lambdas/zoho/credentials.ts';
import { handOverToken } from '../../../lambdas/zoho/hand-over-token.ts';
import type { SecretPrompt } from './ask-secret.ts';
import { type OpenTargetOptions, openTarget } from '../target/open-target.ts';
import { EXIT_WRONG_USE } from '../operator-command.ts';
import { OperatorError } from '../operator-error.ts';
import type { OperatorTarget } from '../target/target.ts';
import { tryCredentials } from './try-credentials.ts';
import { describeZohoRotated, type ZohoRotated } from './zoho-rotation-text.ts';

/** A replacement of the Zoho credentials, as it was typed. */
export interface ZohoRotateOptions extends OpenTargetOptions {
  /** Ask for another client id and client secret, too. */
  readonly client: boolean;
  /** Also where something speaks against the new credentials. */
  readonly force: boolean;
  readonly reason: string;
  /** Do not ask before a deployed stage is changed. */
  readonly yes: boolean;
  readonly json: boolean;
  readonly print: (line: string) => void;
  readonly openPrompt: () => SecretPrompt;
  /** Asks a person who sits there for a yes; absent where nobody does. */
  readonly confirm?: (question: string) => Promise<boolean>;
}

/**
 * Replaces the credentials for Zoho, once Zoho has taken the new ones, and lets deliveries go on that stood still
 * because it refused the old ones.
 *
 * @returns the exit code: 0 when it is done or a person declined, 1 when something speaks against the new ones, 2 when
 *   there is nobody to ask
 * @throws {ReasonError} before anything is looked at
 * @throws {OperatorError} the target can't be reached, or Zoho does not take the new ones
 * @throws {SecretChangedError} somebody else changed the secret meanwhile
 * @throws {SecretUnavailableError} the secret could not be read or written
 */
export async function runZohoRotate(options: ZohoRotateOptions): Promise<number> {
  const reason = parseReason(options.reason);
  const target = await openTarget(options);
  try {
    return await rotateZohoOn(target, options, reason);
  } finally {
    target.close();
  }
}

/**
 * Replaces the credentials of a target that is open.
 *
 * @param reason checked
 * @returns the exit code, and lets out the errors, of `runZohoRotate`
 */
export async function rotateZohoOn(
  target: OperatorTarget,
  options: ZohoRotateOptions,
  reason: string,
): Promise<number> {
  const { config, json, print, printError, force } = options;
  const { secretId } = target.zoho;
  const stored = await target.ports.vault.read(secretId);
  if (stored?.version === undefined) {
    throw new OperatorError(`There is no secret ${secretId} on ${target.name}: deploy it first.`);
  }
  const present = parseCredentials(stored.text);
  const next = await askFor(options, present);
  if (present !== undefined && isSame(present, next)) {
    throw new OperatorError('Those are the present credentials. Nothing was changed.');
  }
  const tried = await tryCredentials(target, config, next);
  if (tried.doubts.length > 0 && !force) {
    for (const doubt of tried.doubts) printError(doubt);
    printError('Zoho takes them, but nothing was changed. To store them all the same: --force');
    return 1;
  }
  const answer = await mayChange(options, target);
  if (answer !== 'yes') return answer;

  await store(target, next, stored.version, reason);
  const { grant, apiUrl, grantedAtMs, doubts } = tried;
  const handedOver = await handOver(target, async (tokens) =>
    handOverToken(tokens, next, grant, apiUrl, grantedAtMs),
  );
  const rotated = { handedOver, doubts, ...(await letDeliveriesGoOn(target, options, reason)) };
  if (json) {
    const about = { target: target.name, by: target.by, reason, scopes: grant.scopes ?? 'unknown' };
    print(JSON.stringify({ done: 'rotated', ...about, ...rotated }, undefined, 2));
  } else {
    for (const line of describeZohoRotated(rotated, target)) print(line);
  }
  return 0;
}

async function askFor(
  { client, openPrompt }: ZohoRotateOptions,
  present: ZohoCredentials | undefined,
): Promise<ZohoCredentials> {
  const prompt = openPrompt();
  const ask = async (what: string): Promise<string> => {
    const answer = await prompt.ask(`${what} (it is not shown): `);
    if (answer === '')
      throw new OperatorError(`No ${what.toLowerCase()} was given; nothing was changed.`);
    return answer;
  };
  try {
    const known =
      client || present === undefined
        ? { clientId: await ask('Client id'), clientSecret: await ask('Client secret') }
        : { clientId: present.clientId, clientSecret: present.clientSecret };
    return { ...known, refreshToken: await ask('New refresh token') };
  } finally {
    prompt.close();
  }
}

function isSame(one: ZohoCredentials, other: ZohoCredentials): boolean {
  return (
    one.clientId === other.clientId &&
    one.clientSecret === other.clientSecret &&
    one.refreshToken === other.refreshToken
  );
}

async function mayChange(
  { yes, confirm, printError }: ZohoRotateOptions,
  target: OperatorTarget,
): Promise<'yes' | 0 | typeof EXIT_WRONG_USE> {
  if (target.isLocal || yes) return 'yes';
  if (confirm === undefined) {
    printError('There is nobody to ask here: say --yes to change the secret.');
    return EXIT_WRONG_USE;
  }
  if (await confirm(`Zoho takes them. Store them for ${target.name}?`)) return 'yes';
  printError('Nothing was changed.');
  return 0;
}

async function store(
  { ports, zoho, by }: OperatorTarget,
  { clientId, clientSecret, refreshToken }: ZohoCredentials,
  version: string,
  reason: string,
): Promise<void> {
  const text = JSON.stringify({
    client_id: clientId,
    client_secret: clientSecret,
    refresh_token: refreshToken,
  });
  const act = {
    action: 'zoho_credentials_replaced',
    by,
    reason,
    touched: [{ kind: 'secret', id: 'zoho' }],
  } as const;
  await onRecord(act, ports, async () => {
    if ((await ports.vault.replace(zoho.secretId, text, version)) === 'changed') {
      throw new SecretChangedError(zoho.secretId);
    }
    return { result: undefined };
  });
}

/** The credentials are stored: a token that could not be handed over is asked for by the functions. */
async function handOver(
  { ports }: OperatorTarget,
  run: (tokens: OperatorTarget['ports']['tokens']) => Promise<boolean>,
): Promise<boolean> {
  try {
    return await run(ports.tokens);
  } catch (error) {
    ports.log.error('The new access token could not be handed over', {}, error);
    return false;
  }
}

/** What stood still because Zoho refused the credentials before has no reason to any more. */
async function letDeliveriesGoOn(
  { ports, by }: OperatorTarget,
  { config }: ZohoRotateOptions,
  reason: string,
): Promise<Pick<ZohoRotated, 'breakerClosed' | 'breakerStaysOpen'>> {
  const status = await breakerStatus(ports, config.delivery);
  if (status.state === 'closed') return { breakerClosed: false };
  if (status.reason !== 'authorization') {
    return { breakerClosed: false, breakerStaysOpen: status.reason ?? 'failures' };
  }
  const act = { action: 'breaker_closed', by, reason, touched: [BREAKER_TOUCHED] } as const;
  await onRecord(act, ports, async () => ({ result: await closeBreaker(ports, { by, reason }) }));
  return { breakerClosed: true };
}
