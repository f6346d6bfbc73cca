import { readPepper } from '../../../lambdas/core/pepper.ts';
import { isErased } from '../../../lambdas/operations/person/erase-person.ts';
import {
  eraseRequested,
  type RequestedErasure,
} from '../../../lambdas/operations/person/erase-requested.ts';
import { parseReason } from '../../../lambdas/operations/quarantine/execute-replay.ts';
import {
  type DeletionRequest,
  findDeletionRequests,
} from '../../../lambdas/operations/person/find-deletion-requests.ts';
import { commandLine } from '../text/command-line.ts';
import { counted } from '../text/counted.ts';
import { crmLink } from '../lead/crm-link.ts';
import { describeCrmRecords } from './erase-text.ts';
import { type OpenTargetOptions, openTarget } from '../target/open-target.ts';
import { foundDocument } from './person-document.ts';
import { startProgress } from '../progress.ts';
import { shortTime } from '../../../lambdas/core/short-time.ts';
import type { OperatorTarget } from '../target/target.ts';

/** An erasure of what senders have told of, as it was typed. */
export interface RunEraseRequestedOptions extends OpenTargetOptions {
  /** Without it, the list is all. */
  readonly reason?: string;
  readonly json: boolean;
  readonly print: (line: string) => void;
}

/** Notices that are shown; `--json` has all. */
const NOTICES_SHOWN = 20;

/**
 * Lists the leads whose deletion their senders have told of and, when there is a reason, erases them.
 *
 * @returns the exit code: 0, or 1 when a lead is left
 * @throws {ReasonError} before anything is looked at
 * @throws {OperatorError} the target can't be reached
 * @throws {StoreUnavailableError} what is done stays done
 * @throws {SecretUnavailableError} the pepper, by which identities are named, cannot be read
 */
export async function runEraseRequested(options: RunEraseRequestedOptions): Promise<number> {
  const { config, json, print } = options;
  const reason = options.reason === undefined ? undefined : parseReason(options.reason);
  const target = await openTarget(options);
  try {
    const requests = await look(options, target);
    if (reason === undefined || requests.length === 0) {
      if (json) print(JSON.stringify({ requests }, undefined, 2));
      else for (const line of describeRequests(requests, target)) print(line);
      return 0;
    }
    const pepper = await readPepper(target.ports.secrets, target.pepperSecretId);
    const order = { by: target.by, reason };
    const erasure = await eraseRequested(requests, order, { config, pepper }, target.ports);
    const left = await look(options, target);
    if (json) print(JSON.stringify(documentOf(erasure, left), undefined, 2));
    else for (const line of describeErased(erasure, left, target)) print(line);
    return isErased(erasure.result) && left.length === 0 ? 0 : 1;
  } finally {
    target.close();
  }
}

async function look(
  { config, json }: RunEraseRequestedOptions,
  { ports }: OperatorTarget,
): Promise<readonly DeletionRequest[]> {
  const { items: total } = await ports.items.measureScan();
  const progress = startProgress({ title: 'Looking', json, ...(total === 0 ? {} : { total }) });
  try {
    return await findDeletionRequests(config, ports, ({ items }) => progress.update(items));
  } finally {
    progress.stop();
  }
}

function describeRequests(
  requests: readonly DeletionRequest[],
  { name, options }: OperatorTarget,
): readonly string[] {
  if (requests.length === 0)
    return [`No lead is kept on ${name} whose deletion its sender has told of.`];
  return [
    `${counted(requests.length, 'notice')} of a deletion on ${name}, and what is still kept:`,
    ...requestLines(requests),
    '',
    'These leads alone would be erased, not what else their person has sent. Nothing has been changed. To do it, say why:',
    `  ${commandLine('erase', '--requested', ...options)} --reason "…"`,
  ];
}

function describeErased(
  { found, result }: RequestedErasure,
  left: readonly DeletionRequest[],
  { name, zoho, options }: OperatorTarget,
): readonly string[] {
  const { erased, removed } = result;
  return [
    `${counted(erased.length, 'lead')} erased, ${counted(removed, 'stored item')} deleted on ${name}.`,
    ...(left.length === 0
      ? []
      : [
          'Left, since they are being delivered or came meanwhile:',
          ...requestLines(left),
          `  ${commandLine('erase', '--requested', ...options)} --reason "…"`,
        ]),
    ...describeCrmRecords(found, (crm) => crmLink(zoho, crm)),
  ];
}

function requestLines(requests: readonly DeletionRequest[]): readonly string[] {
  const more = requests.length - NOTICES_SHOWN;
  return [
    ...requests
      .slice(0, NOTICES_SHOWN)
      .flatMap(({ receivedAt, source, leads }) => [
        `  ${shortTime(receivedAt)}  ${source}`,
        ...leads.map((key) => `    ${key}`),
      ]),
    ...(more > 0 ? [`  … and ${more} more (--json lists all)`] : []),
  ];
}

function documentOf({ found, result }: RequestedErasure, left: readonly DeletionRequest[]): object {
  return { found: foundDocument(found), result, left };
}
