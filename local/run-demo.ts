import { sendersOf } from '../lambdas/core/canary.ts';
import type { HoldfastConfig } from '../lambdas/core/config.ts';
import type { SourceConfig } from '../lambdas/providers/catalogue.ts';
import { createLeadTracker, type LeadProgress } from './lead-tracker.ts';
import type { LogEntry } from './local-log.ts';
import { exampleOfSource } from './samples/example-of-source.ts';
import { putSampleDetails, sampleDetails } from './samples/sample-details.ts';
import { sampleKeys } from './samples/sample-keys.ts';
import { buildSampleLead } from './samples/sample-lead.ts';
import { buildSampleRequest } from './samples/sample-request.ts';
import { sendSample } from './samples/send-sample.ts';
import type { Pipeline } from './start-pipeline.ts';
import { tableLines } from './table-lines.ts';
import { createSimulatorAdmin } from './zoho-simulator/admin-client.ts';

const TIMEOUT_MS = 60_000;

const COLUMNS = ['source', 'event', 'Zoho id', 'name', 'e-mail', 'action'];

/** The pipeline to be shown, and where the report goes. */
export interface RunDemoOptions {
  readonly config: HoldfastConfig;
  readonly pipeline: Pick<
    Pipeline,
    'endpoint' | 'zohoUrl' | 'sourceSecret' | 'pepper' | 'providerApis'
  >;
  readonly newId: () => string;
  readonly print: (line: string) => void;
}

/** One lead of the demonstration. */
interface DemoLead {
  readonly source: string;
  readonly key?: string;
  /** Why it did not get as far as a key. */
  readonly refusal?: string;
}

/**
 * Sends one signed lead of every source over HTTP, waits for all, and prints what the simulator holds.
 *
 * @param listen registers a reader of the functions' logs
 * @returns the exit code: 0 if every lead is in the simulator
 */
export async function runDemo(
  options: RunDemoOptions,
  listen: (observe: (entry: LogEntry) => void) => void,
): Promise<number> {
  const { config, pipeline, print } = options;
  const tracker = createLeadTracker();
  listen(tracker.observe);

  const leads = await Promise.all(
    Object.entries(sendersOf(config.sources)).map(([name, source], index) =>
      sendOne(options, name, source, index),
    ),
  );
  const keys = leads.flatMap(({ key }) => (key === undefined ? [] : [key]));
  await tracker.whenSettled(keys, TIMEOUT_MS);

  const records = await createSimulatorAdmin(pipeline.zohoUrl).records(config.zoho.module);
  const byId = new Map(records.map((record) => [record.id, record.fields]));
  const rows = leads.map((lead) => {
    const progress = lead.key === undefined ? undefined : tracker.progressOf(lead.key);
    const fields = progress?.kind === 'delivered' ? byId.get(progress.recordId) : undefined;
    return { ...describeLead(lead, progress, fields), arrived: fields !== undefined };
  });

  const missing = rows.filter((row) => !row.arrived);
  print('');
  print(`In the Zoho simulator, module ${config.zoho.module}:`);
  const arrived = rows.filter((row) => row.arrived).map((row) => row.cells);
  for (const line of tableLines([COLUMNS, ...arrived])) {
    print(line);
  }
  print('');
  for (const row of missing) print(`NOT DELIVERED  ${row.cells.join('  ')}`);
  if (missing.length > 0) {
    print(`${missing.length} of ${rows.length} leads did not arrive.`);
    return 1;
  }
  print(`All ${rows.length} leads arrived.`);
  return 0;
}

async function sendOne(
  { config, pipeline, newId }: RunDemoOptions,
  name: string,
  source: SourceConfig,
  index: number,
): Promise<DemoLead> {
  try {
    const lead = buildSampleLead(index, newId(), Date.now());
    const example = exampleOfSource(source);
    const details = sampleDetails(example, lead);
    await putSampleDetails(pipeline.providerApis.url, example.provider, details);
    const request = buildSampleRequest(config, name, pipeline.sourceSecret(name), lead);
    const answer = await sendSample(pipeline.endpoint, request);
    const [key] = await sampleKeys(answer, request, config, {
      readPepper: async () => pipeline.pepper(),
      receivedAtMs: Date.now(),
    });
    return key === undefined
      ? { source: name, refusal: `intake answered ${answer.status}` }
      : { source: name, key };
  } catch (error) {
    return {
      source: name,
      refusal: error instanceof Error ? error.message : 'it could not be sent',
    };
  }
}

function describeLead(
  lead: DemoLead,
  progress: LeadProgress | undefined,
  fields: Readonly<Record<string, unknown>> | undefined,
): { readonly cells: readonly string[] } {
  if (progress?.kind === 'delivered' && fields !== undefined) {
    const textOf = (field: string) => (typeof fields[field] === 'string' ? fields[field] : '');
    const action = { insert: 'created', update: 'updated', none: 'already there', note: 'noted' }[
      progress.action
    ];
    return {
      cells: [
        lead.source,
        shorten(lead.key ?? ''),
        progress.recordId,
        `${textOf('First_Name')} ${textOf('Last_Name')}`.trim(),
        textOf('Email'),
        action,
      ],
    };
  }
  if (progress?.kind === 'delivered') {
    return { cells: [lead.source, `record ${progress.recordId} is not in the simulator`] };
  }
  const reason = progress?.line ?? lead.refusal ?? `not within ${TIMEOUT_MS / 1_000} s`;
  return { cells: [lead.source, reason] };
}

/** Keys that are made of content hold a hash that tells a person nothing. */
function shorten(key: string): string {
  return key.length <= KEY_SHOWN_MAX ? key : `${key.slice(0, KEY_SHOWN_MAX - 1)}…`;
}

const KEY_SHOWN_MAX = 56;
