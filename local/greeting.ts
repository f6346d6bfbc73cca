import { sendersOf } from '../lambdas/core/canary.ts';
import type { HoldfastConfig } from '../lambdas/core/config.ts';
import { bindProvider } from '../lambdas/providers/bind-provider.ts';
import { readsDetails } from '../lambdas/providers/reads-details.ts';
import { buildCurlCommand, buildDetailCommand } from './samples/curl-command.ts';
import { exampleOfSource } from './samples/example-of-source.ts';
import { sampleDetails } from './samples/sample-details.ts';
import { buildSampleLead } from './samples/sample-lead.ts';
import { buildSampleRequest } from './samples/sample-request.ts';
import type { Pipeline } from './start-pipeline.ts';

/** What runs where, in lines for a terminal. */
export function describePipeline(
  pipeline: Pipeline,
  dataDir: string,
  zohoEnabled: boolean,
): readonly string[] {
  return [
    'Holdfast runs on this machine. Nothing here talks to AWS or to a real Zoho.',
    '',
    `  webhooks         ${pipeline.endpoint}/hooks/<source>`,
    `  Zoho simulator   ${pipeline.zohoUrl}`,
    `  providers' APIs  ${pipeline.providerApis.url}/<provider>`,
    `  DynamoDB         ${describeTable(pipeline)}`,
    `  SQS and S3       ${pipeline.sqsUrl}  (fauxqs)`,
    `  Secrets Manager  ${pipeline.secretsUrl}`,
    `  numbers          ${pipeline.metricsUrl}  (for "npx holdfast stats")`,
    `  data, secrets    ${dataDir}`,
    '',
    ...(zohoEnabled
      ? []
      : ['Delivery is switched off (ZOHO_ENABLED=false): leads are taken in and held.', '']),
  ];
}

/**
 * Stands above the samples of `npm start`.
 *
 * @param options what was typed behind `npm start --` that `npm run samples` must be told, too
 */
export function samplesHeading(options: readonly string[]): readonly string[] {
  const command = ['npm run samples', ...(options.length === 0 ? [] : ['--']), ...options];
  return [
    'To send a lead, paste one of these into another terminal. Pasted again, it is the same lead again',
    `and changes nothing; \`${command.join(' ')}\` prints new ones.`,
    '',
  ];
}

/** What sample commands are made of. */
export interface SampleCommandOptions {
  readonly config: HoldfastConfig;
  readonly endpoint: string;
  /** Where the providers' APIs are played, without a slash at its end. */
  readonly providerApisUrl: string;
  readonly sourceSecret: (source: string) => string | undefined;
  readonly nowMs: number;
  /** Makes the samples of this print people and submissions of their own. */
  readonly newId: () => string;
  readonly hasOpenssl: boolean;
}

/**
 * A command for each source that sends a lead, signed, when it is pasted into a shell. Where a webhook only names a
 * submission, the commands before it tell the provider's API what that says.
 */
export function describeSamples(options: SampleCommandOptions): readonly string[] {
  const { config, endpoint, nowMs } = options;
  return Object.entries(sendersOf(config.sources)).flatMap(([name, source], index) => {
    const heading = `# ${name} (${source.provider})`;
    const secret = options.sourceSecret(name);
    if (secret === undefined && bindProvider(source).hasSecret) {
      return [`${heading}: its secret in secrets.json has no "current"`, ''];
    }
    const lead = buildSampleLead(index, options.newId(), nowMs);
    const request = buildSampleRequest(config, name, secret, lead);
    const example = exampleOfSource(source);
    const details = readsDetails(source) ? sampleDetails(example, lead) : [];
    const told = details.map((detail) =>
      buildDetailCommand(options.providerApisUrl, source.provider, detail),
    );
    const command = buildCurlCommand(endpoint, request, options);
    const validity =
      command.validUntilMs === undefined
        ? ''
        : `, signed until ${new Date(command.validUntilMs).toTimeString().slice(0, 8)}`;
    const preface = told.length === 0 ? '' : ', after its API has been told what the lead says';
    return [`${heading}${preface}${validity}`, ...told, command.text, ''];
  });
}

function describeTable({ table }: Pipeline): string {
  switch (table.kind) {
    case 'embedded':
      return `${table.url}  (dynoxide)`;
    case 'endpoint':
      return `${table.url}  (AWS_ENDPOINT_URL_DYNAMODB)`;
    case 'memory':
      return 'in memory: there is no dynoxide for this platform, so leads end with this process';
  }
}
