import { STAGE_CONFIG } from '../../../lib/stage-config.ts';
import { readStoredLead, type StoredLead } from '../../../lambdas/operations/lookup/stored-lead.ts';
import type { HoldfastConfig } from '../../../lambdas/core/config.ts';
import { textColumns } from '../../table-lines.ts';
import { commandLine } from '../text/command-line.ts';
import { sayingRows, section } from '../lead/lead-show-text.ts';
import { describeLead } from '../lead/lead-text.ts';
import { stateWord } from '../lead/lead-state-text.ts';
import { type OpenTargetOptions, openTarget } from '../target/open-target.ts';
import { replayCommand } from './replay-command.ts';
import { unknownKey } from '../lead/run-lead-show.ts';
import { shortTime } from '../../../lambdas/core/short-time.ts';

/** Which quarantined lead to show. */
export interface RunQuarantineShowOptions extends OpenTargetOptions {
  readonly key: string;
  readonly json: boolean;
  readonly print: (line: string) => void;
}

/**
 * Shows one quarantined lead: why it lies there, what it says, how to mend it. Reads, and changes nothing.
 *
 * @returns the exit code: 0, or 1 when there is no such lead, or it does not lie in quarantine
 * @throws {OperatorError} the target can't be reached
 * @throws {StoreUnavailableError}
 */
export async function runQuarantineShow(options: RunQuarantineShowOptions): Promise<number> {
  const { key, json, print, printError, config } = options;
  const target = await openTarget(options);
  try {
    const lead = await readStoredLead(key, target.ports);
    if (lead === undefined) {
      printError(unknownKey(key, target));
      return 1;
    }
    if (lead.record.state !== 'quarantined') {
      printError(
        `It does not lie in quarantine: ${stateWord(lead.record)}. Its story: ` +
          commandLine('lead find', key, ...target.options),
      );
      return 1;
    }
    if (json) print(JSON.stringify(lead, undefined, 2));
    else for (const line of describeQuarantined(lead, target.options, config)) print(line);
    return 0;
  } finally {
    target.close();
  }
}

/**
 * A quarantined lead, with what it says and the commands that end its quarantine.
 *
 * @param columns how wide lines may be
 */
export function describeQuarantined(
  lead: StoredLead,
  options: readonly string[],
  config: Pick<HoldfastConfig, 'sources'>,
  columns = textColumns(process.stdout.columns),
): readonly string[] {
  const { key, dlqSentAt, failure } = lead.record;
  return [
    ...describeLead(lead, undefined, { config, columns, options }),
    ...(dlqSentAt === undefined ? [] : [`    Dead letter: ${letterText(dlqSentAt)}`]),
    ...section('What it says', sayingRows(lead), columns),
    '',
    'Everything else of it, with the request as it came:',
    `  ${commandLine('lead show', key, ...options)} --raw`,
    'Deliver it again, once what stood in the way is mended:',
    `  ${replayCommand([failure?.code], ['--key', key, ...options])}`,
    'Or, if you settled it by hand and it shall not be delivered:',
    `  ${commandLine('quarantine close', '--key', key, ...options)} --reason "…"`,
  ];
}

const DAY_MS = 24 * 60 * 60 * 1_000;

function letterText(sentAt: string): string {
  const days = STAGE_CONFIG.deadLetterQueue.retentionDays;
  const endsAt = new Date(Date.parse(sentAt) + days * DAY_MS).toISOString();
  return `sent ${shortTime(sentAt)}; its queue drops it ${shortTime(endsAt)}, and the lead stays here.`;
}
