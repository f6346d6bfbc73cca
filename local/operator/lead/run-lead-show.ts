import type { HoldfastConfig } from '../../../lambdas/core/config.ts';
import type { Head } from '../../../lambdas/core/head.ts';
import { identityNamesOf } from '../../../lambdas/core/identity.ts';
import { readPepper } from '../../../lambdas/core/pepper.ts';
import { followName } from '../../../lambdas/operations/lookup/follow-name.ts';
import { readStoredLead, type StoredLead } from '../../../lambdas/operations/lookup/stored-lead.ts';
import { textColumns } from '../../table-lines.ts';
import { crmLink } from './crm-link.ts';
import { bodyText, describeShown, type ShownLead } from './lead-show-text.ts';
import { type OpenTargetOptions, openTarget } from '../target/open-target.ts';
import type { OperatorTarget } from '../target/target.ts';

/** Which submission to show. */
export interface RunLeadShowOptions extends OpenTargetOptions {
  readonly key: string;
  /** The body of the request as it came, too. */
  readonly raw: boolean;
  readonly json: boolean;
  readonly print: (line: string) => void;
}

/**
 * Shows everything that is stored of one submission. Reads, and changes nothing.
 *
 * @returns the exit code: 0, or 1 when there is no such submission
 * @throws {OperatorError} the target can't be reached
 * @throws {StoreUnavailableError}
 * @throws {SecretUnavailableError} the pepper, by which people are named, cannot be read
 */
export async function runLeadShow(options: RunLeadShowOptions): Promise<number> {
  const { key, json, raw: withBody, print, printError, config } = options;
  const target = await openTarget(options);
  try {
    const lead = await readStoredLead(key, target.ports);
    if (lead === undefined) {
      printError(unknownKey(key, target));
      return 1;
    }
    const shown = await withPayloads(lead, target, config);
    const { crm } = lead.record;
    const link = crm === undefined ? undefined : crmLink(target.zoho, crm);
    const columns = textColumns(process.stdout.columns);
    if (json) print(JSON.stringify(documentOf(shown, withBody, link), undefined, 2));
    else {
      const context = { config, raw: withBody, columns, ...(link === undefined ? {} : { link }) };
      for (const line of describeShown(shown, context)) print(line);
    }
    return 0;
  } finally {
    target.close();
  }
}

/** There is no lead of that key. */
export function unknownKey(key: string, { name }: Pick<OperatorTarget, 'name'>): string {
  return `There is no lead with the key ${key} on ${name}. A key has | in it: quote it whole.`;
}

async function withPayloads(
  lead: StoredLead,
  { ports, pepperSecretId }: OperatorTarget,
  config: HoldfastConfig,
): Promise<ShownLead> {
  const { key, payloadHash } = lead.record;
  const pepper = await readPepper(ports.secrets, pepperSecretId);
  const names =
    lead.event === undefined ? [] : identityNamesOf(lead.event, config.identity.order, pepper);
  let head: Head | undefined;
  for (const name of names) {
    head ??= (await followName(config.zoho.module, name, ports.identities))?.head;
  }
  const [raw, details] = await Promise.all([
    ports.events.readRaw(key, payloadHash),
    ports.events.readDetails(key, payloadHash),
  ]);
  return {
    ...lead,
    ...(raw === undefined ? {} : { raw }),
    ...(details === undefined ? {} : { details }),
    ...(head === undefined ? {} : { head }),
  };
}

function documentOf(
  { raw, details, ...lead }: ShownLead,
  withBody: boolean,
  link: string | undefined,
): object {
  return {
    ...lead,
    ...(link === undefined ? {} : { link }),
    ...(raw === undefined
      ? {}
      : {
          raw: {
            ...raw,
            body: withBody ? bodyText(raw.body) : undefined,
            bytes: raw.body.byteLength,
          },
        }),
    ...(details === undefined || !withBody ? {} : { details: bodyText(details) }),
  };
}
