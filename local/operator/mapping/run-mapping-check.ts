import { readFileSync, writeFileSync } from 'node:fs';
import {
  checkMapping,
  countCheckedFields,
} from '../../../lambdas/operations/mapping/check-mapping.ts';
import type { Finding } from '../../../lambdas/operations/mapping/mapping-finding.ts';
import {
  formatMetadata,
  type ModuleMetadata,
  parseMetadata,
} from '../../../lambdas/operations/mapping/module-metadata.ts';
import { createFieldLimits } from '../../../lambdas/zoho/field-limits.ts';
import { textColumns } from '../../table-lines.ts';
import { commandLine } from '../text/command-line.ts';
import { countFindings, describeFindings } from './findings-text.ts';
import type { OpenTargetOptions } from '../target/open-target.ts';
import { openZoho } from '../zoho/open-zoho.ts';
import { EXIT_WRONG_USE } from '../operator-command.ts';
import { OperatorError } from '../operator-error.ts';
import { shortTime } from '../../../lambdas/core/short-time.ts';
import { metadataOf } from '../zoho/zoho-metadata.ts';

/** A check as it was typed. */
export interface RunMappingCheckOptions extends OpenTargetOptions {
  /** A file with saved metadata; without it Zoho is asked. */
  readonly metadata?: string;
  /** A file to write the metadata into. */
  readonly save?: string;
  readonly strict: boolean;
  readonly json: boolean;
  readonly print: (line: string) => void;
}

/**
 * Compares the configured mapping with Zoho's fields, as they are or as they were saved.
 *
 * @returns the exit code: 0, 1 when there are errors (with `strict`: or warnings), 2 when the file is none
 * @throws {OperatorError} the target can't be reached, or Zoho refused
 */
export async function runMappingCheck(options: RunMappingCheckOptions): Promise<number> {
  const { config, print, printError, json, strict, save } = options;
  const reading = await readMetadata(options);
  if (typeof reading === 'string') {
    printError(reading);
    return EXIT_WRONG_USE;
  }
  const { metadata, from } = reading;
  if (save !== undefined) saveMetadata(save, metadata);

  const limits = createFieldLimits(config.zoho.metadata);
  const findings = checkMapping(config, metadata, (apiName, canonical) => {
    const { kind, lengthMax } = limits(apiName, canonical);
    return kind === 'no_text' ? 0 : lengthMax;
  });
  const checked = countCheckedFields(config);
  const { errors, warnings } = countFindings(findings);
  const passed = errors === 0 && !(strict && warnings > 0);
  if (json) {
    print(JSON.stringify(document(metadata, checked, findings, passed), undefined, 2));
  } else {
    const { module, takenAt } = metadata;
    print(`${module}: ${checked} fields checked against ${from}, as of ${shortTime(takenAt)}.`);
    const columns = textColumns(process.stdout.columns);
    for (const line of describeFindings(findings, columns)) print(line);
    if (save !== undefined) print(`The metadata are in ${save}.`);
    if (!passed && errors === 0) print('With --strict, warnings count as errors.');
  }
  return passed ? 0 : 1;
}

function saveMetadata(file: string, metadata: ModuleMetadata): void {
  try {
    writeFileSync(file, formatMetadata(metadata));
  } catch (error) {
    throw new OperatorError(`${file} cannot be written.`, error);
  }
}

interface Reading {
  readonly metadata: ModuleMetadata;
  /** Whose they are, for a person. */
  readonly from: string;
}

/** @returns a sentence when the file is none */
async function readMetadata(options: RunMappingCheckOptions): Promise<Reading | string> {
  const { metadata: file, config } = options;
  if (file !== undefined) return readSaved(file);
  const zoho = await openZoho(options);
  try {
    const metadata = await metadataOf(zoho, config.zoho.module);
    return { metadata, from: `the Zoho of ${zoho.name}` };
  } finally {
    zoho.close();
  }
}

function readSaved(file: string): Reading | string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return `${file} cannot be read. Write it with: ${commandLine('mapping check', '--save', file)}`;
  }
  const metadata = parseMetadata(text);
  return metadata === undefined
    ? `${file} holds no metadata. Write it with: ${commandLine('mapping check', '--save', file)}`
    : { metadata, from: file };
}

function document(
  { module, takenAt }: ModuleMetadata,
  checked: number,
  findings: readonly Finding[],
  passed: boolean,
) {
  const counts = countFindings(findings);
  const alone = findings.map(({ code, severity, field, filledFrom, message, remedy }) => ({
    code,
    severity,
    field,
    filledFrom,
    message,
    remedy,
  }));
  return { module, takenAt, checked, passed, counts, findings: alone };
}
