import { existsSync, writeFileSync } from 'node:fs';
import { exportDocument } from '../../../lambdas/operations/person/export-person.ts';
import { parseReason } from '../../../lambdas/operations/quarantine/execute-replay.ts';
import type { FoundPerson } from '../../../lambdas/operations/person/find-person.ts';
import { onRecord } from '../../../lambdas/operations/journal/on-record.ts';
import { counted } from '../text/counted.ts';
import { crmLink } from '../lead/crm-link.ts';
import { describeNotTouched } from './erase-text.ts';
import { type OpenTargetOptions, openTarget } from '../target/open-target.ts';
import { EXIT_WRONG_USE } from '../operator-command.ts';
import { foundDocument } from './person-document.ts';
import { searchPerson, whyNobody } from './search-person.ts';
import type { OperatorTarget } from '../target/target.ts';

/** An export as it was typed. */
export interface RunExportOptions extends OpenTargetOptions {
  /** One name or several of one person. */
  readonly typed: readonly string[];
  /** The file to be written; it must not be there yet. */
  readonly out: string;
  readonly reason: string;
  readonly json: boolean;
  readonly print: (line: string) => void;
}

/** Only whoever ran the command may read it. */
const FILE_MODE = 0o600;

/**
 * Writes everything that is kept of a person into a file, and puts that on record.
 *
 * @returns the exit code: 0; 1 when nothing is kept, or something could not be read; 2 for a file that is there, or
 *   for what names nobody
 * @throws {ReasonError} before anything is looked at
 * @throws {OperatorError} the target can't be reached
 * @throws {StoreUnavailableError}
 * @throws {SecretUnavailableError} the pepper, by which people are named, cannot be read
 */
export async function runExport(options: RunExportOptions): Promise<number> {
  const { out, print, printError, json, typed, config } = options;
  const reason = parseReason(options.reason);
  const wrong = existsSync(out)
    ? `${out} is there already. Nothing was written.`
    : await whyNobody(typed, config);
  if (wrong !== undefined) {
    printError(wrong);
    return EXIT_WRONG_USE;
  }
  const target = await openTarget(options);
  try {
    const { found } = await searchPerson(options, target);
    const isAnything = found.events.length + found.heads.length + found.submitters.length > 0;
    if (isAnything) await writeOnRecord(found, reason, options, target);
    if (json)
      print(JSON.stringify({ written: isAnything, found: foundDocument(found) }, undefined, 2));
    else for (const line of describeExport(found, isAnything, out, target)) print(line);
    return isAnything && found.damaged.length === 0 ? 0 : 1;
  } finally {
    target.close();
  }
}

async function writeOnRecord(
  found: FoundPerson,
  reason: string,
  { config, out }: RunExportOptions,
  { ports, name, by, zoho }: OperatorTarget,
): Promise<void> {
  const touched = [
    ...found.identities.map((id) => ({ kind: 'identity', id }) as const),
    ...found.events.map(({ key }) => ({ kind: 'lead', id: key }) as const),
  ];
  await onRecord({ action: 'exported', by, reason, touched }, ports, async () => {
    const document = await exportDocument(found, {
      config,
      target: name,
      nowMs: ports.clock.nowMs(),
      linkOf: (crm) => crmLink(zoho, crm),
      bodies: ports.bodies,
    });
    writeFileSync(out, `${JSON.stringify(document, undefined, 2)}\n`, {
      flag: 'wx',
      mode: FILE_MODE,
    });
    return { result: undefined };
  });
}

function describeExport(
  found: FoundPerson,
  isAnything: boolean,
  out: string,
  { name }: OperatorTarget,
): readonly string[] {
  const looked = `${counted(found.items, 'item')} looked at`;
  if (!isAnything) {
    return [
      `Nothing is kept on ${name}: ${looked}. No file was written.`,
      ...describeNotTouched(found),
    ];
  }
  const { events, heads, crmRecords } = found;
  return [
    `${out} holds everything that is kept on ${name} (${looked}):`,
    `  ${counted(events.length, 'lead')}, ${counted(heads.length, 'merged state')}, ` +
      `${counted(crmRecords.length, 'Zoho record')} by its id.`,
    ...describeNotTouched(found),
    '',
    'Read it before you hand it over: a request may hold what somebody else said, and the history names operators.',
  ];
}
