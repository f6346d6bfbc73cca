import type { HoldfastConfig } from '../../core/config.ts';
import { SecretUnavailableError } from '../../core/errors.ts';
import type { BreakerStore } from '../../core/ports/crm-access.ts';
import type { EventStore } from '../../core/ports/events.ts';
import { METRIC_STEP_SECONDS, type MetricReader } from '../../core/ports/metric-reader.ts';
import type { SecretVault } from '../../core/ports/secret-vault.ts';
import type { Clock, SecretReader } from '../../core/ports/world.ts';
import type { SourceConfig } from '../../providers/catalogue.ts';
import { breakerStatus } from '../control-breaker.ts';
import type { Finding } from '../mapping-finding.ts';
import { measureOpenLeads } from '../open-leads.ts';
import { lookAtSourceSecret } from '../source-secret-facts.ts';
import { checkAlarms, checkTopics } from './check-alarms.ts';
import { checkClock } from './check-clock.ts';
import {
  checkDelivery,
  checkHeartbeat,
  checkSource,
  type DeliverySettings,
} from './check-delivery.ts';
import { checkHere, checkStack, type HereFacts } from './check-installation.ts';
import { checkConsumer, checkMappings, checkQueues, type QueueSettings } from './check-queues.ts';
import { checkPepper, checkSourceSecret, checkZohoCredentials } from './check-secrets.ts';
import { checkTable } from './check-table.ts';
import { CHECK_AREAS, type Check, checksOf, type Look, take } from './check.ts';
import {
  checkZohoAccess,
  checkZohoAccount,
  checkZohoFields,
  type ZohoAccountFacts,
  type ZohoScopeAnswer,
} from './check-zoho.ts';
import type { StageInspector } from './facts.ts';

/** Asks Zoho. Each method lets out a `HoldfastError` when something between us and Zoho fails. */
export interface ZohoInspector {
  credentials(): Promise<'missing' | 'empty' | 'filled'>;
  /** Asks with the shared token; reads, and writes nothing. */
  ask(): Promise<ZohoLook>;
  /** What time it is at Zoho, epoch milliseconds, to the second. */
  timeMs(): Promise<number | undefined>;
}

/** What Zoho said. */
export interface ZohoLook {
  readonly scopes: readonly ZohoScopeAnswer[];
  readonly account: ZohoAccountFacts;
  /** How the mapping fits; absent where the fields could not be read. */
  readonly findings?: readonly Finding[];
}

/** What the doctor needs of the world. */
export interface DoctorPorts {
  readonly events: Pick<EventStore, 'measureOpen' | 'readSourceSeenMs'>;
  readonly breakers: Pick<BreakerStore, 'read'>;
  readonly metrics: MetricReader;
  readonly vault: Pick<SecretVault, 'read'>;
  /** As the functions read them: who only looks may read the pepper so, and nothing more of it. */
  readonly secrets: Pick<SecretReader, 'read'>;
  readonly inspector: StageInspector;
  readonly zoho: ZohoInspector;
  readonly clock: Pick<Clock, 'nowMs'>;
}

/** What is right. */
export interface DoctorSettings {
  readonly config: Pick<HoldfastConfig, 'sources' | 'delivery' | 'sweeper' | 'zoho'>;
  readonly here: HereFacts;
  readonly queues: QueueSettings;
  readonly delivery: DeliverySettings;
  readonly secrets: {
    readonly pepperId: string;
    readonly zohoId: string;
    /** A source's secret is this and its name. */
    readonly sourcePrefix: string;
  };
  readonly isUsable: (source: SourceConfig, current: string) => boolean;
  readonly readsDetails: (source: SourceConfig) => boolean;
  /** Writes a command for this target, as it is typed. */
  readonly command: (...words: readonly string[]) => string;
}

const HEARTBEAT_WITHIN_MS = 15 * 60_000;

/**
 * Looks at everything that keeps leads from arriving, side by side. What cannot be looked at is a warning.
 *
 * @param onLooked how many looks are done, of how many
 * @returns the checks, area by area
 */
export async function runDoctor(
  ports: DoctorPorts,
  settings: DoctorSettings,
  onLooked: (done: number, total: number) => void = () => undefined,
): Promise<readonly Check[]> {
  const looks = [
    ...installationLooks(ports, settings),
    ...secretLooks(ports, settings),
    ...zohoLooks(ports, settings),
    ...deliveryLooks(ports, settings),
    ...resourceLooks(ports, settings),
  ];
  let done = 0;
  const found = await Promise.all(
    looks.map(async (look) => {
      const checks = await take(look);
      done += 1;
      onLooked(done, looks.length);
      return checks;
    }),
  );
  const all = found.flat();
  return CHECK_AREAS.flatMap((area) => all.filter((check) => check.area === area));
}

function installationLooks(
  { inspector, zoho, clock }: DoctorPorts,
  { here }: DoctorSettings,
): readonly Look[] {
  return [
    {
      area: 'installation',
      name: 'stack',
      what: 'the stack',
      needs: ['cloudformation:DescribeStacks'],
      run: async () => [...checkHere(here), ...checkStack(await inspector.stack(), here)],
    },
    {
      area: 'clock',
      name: 'aws',
      what: "AWS's clock",
      needs: [],
      run: async () => [checkClock('aws', await inspector.awsTimeMs(), clock.nowMs())],
    },
    {
      area: 'clock',
      name: 'zoho',
      what: "Zoho's clock",
      needs: [],
      run: async () => [checkClock('zoho', await zoho.timeMs(), clock.nowMs())],
    },
  ];
}

const READ_SECRET = [
  'secretsmanager:GetSecretValue',
  'secretsmanager:DescribeSecret',
  'kms:Decrypt',
] as const;

function secretLooks(
  { vault, secrets: reader, zoho, clock }: DoctorPorts,
  { config, secrets, isUsable, readsDetails, command }: DoctorSettings,
): readonly Look[] {
  const sources = Object.entries(config.sources).map(
    ([name, source]): Look => ({
      area: 'secrets',
      name: `source.${name}`,
      what: `the secret of ${name}`,
      needs: READ_SECRET,
      run: async () => {
        const nowMs = clock.nowMs();
        const secretId = `${secrets.sourcePrefix}${name}`;
        const facts = await lookAtSourceSecret(name, source, { vault, secretId, isUsable, nowMs });
        const checked = {
          source: name,
          provider: source.provider,
          readsDetails: readsDetails(source),
        };
        return checkSourceSecret(checked, facts, nowMs, command);
      },
    }),
  );
  return [
    ...sources,
    {
      area: 'secrets',
      name: 'pepper',
      what: 'the pepper',
      needs: ['secretsmanager:GetSecretValue', 'kms:Decrypt'],
      run: async () => [checkPepper(await readOrMissing(reader, secrets.pepperId))],
    },
    {
      area: 'secrets',
      name: 'zoho',
      what: 'the credentials for Zoho',
      needs: READ_SECRET,
      run: async () => [checkZohoCredentials(await zoho.credentials(), secrets.zohoId, command)],
    },
  ];
}

/** @returns `undefined` when the store has no secret of that name */
async function readOrMissing(
  secrets: Pick<SecretReader, 'read'>,
  id: string,
): Promise<string | undefined> {
  try {
    return await secrets.read(id);
  } catch (error) {
    const cause = error instanceof SecretUnavailableError ? error.cause : undefined;
    // As AWS Secrets Manager says it (GetSecretValue, read 2026-11-22).
    if (cause instanceof Error && cause.name === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

function zohoLooks({ zoho }: DoctorPorts, { config, command }: DoctorSettings): readonly Look[] {
  const { match, keyField, versionField } = config.zoho;
  const ownFields = new Set(match === 'unique_field' ? [keyField, versionField] : []);
  return [
    {
      area: 'zoho',
      name: 'token',
      what: 'Zoho',
      needs: [...READ_SECRET, 'dynamodb:GetItem', 'dynamodb:PutItem'],
      run: async () => {
        // Asked without credentials, Zoho would count one of the few requests for a token.
        if ((await zoho.credentials()) !== 'filled') {
          const why = 'Zoho was not asked, since its credentials are not filled in.';
          return [checksOf('zoho').warning('token', why, 'Fill them in first, then look again.')];
        }
        const { scopes, account, findings } = await zoho.ask();
        return [
          ...checkZohoAccess(scopes, command),
          ...(findings === undefined ? [] : checkZohoFields(findings, ownFields, command)),
          ...checkZohoAccount(account, config.delivery.credits),
        ];
      },
    },
  ];
}

function deliveryLooks(
  { events, breakers, metrics, clock }: DoctorPorts,
  { config, delivery, command }: DoctorSettings,
): readonly Look[] {
  return [
    {
      area: 'delivery',
      name: 'leads',
      what: 'the event store',
      needs: ['dynamodb:GetItem', 'dynamodb:Query', 'kms:Decrypt'],
      run: async () => {
        const [breaker, open] = await Promise.all([
          breakerStatus({ breakers, clock }, config.delivery),
          measureOpenLeads({ events }, config.sweeper.countMax),
        ]);
        return checkDelivery({ breaker, open }, delivery, clock.nowMs(), command);
      },
    },
    {
      area: 'delivery',
      name: 'sources',
      what: 'when sources last sent something',
      needs: ['dynamodb:GetItem', 'kms:Decrypt'],
      run: async () => {
        const expected = Object.entries(config.sources).flatMap(([source, { expect }]) =>
          expect === undefined ? [] : [{ source, ...expect }],
        );
        return await Promise.all(
          expected.map(async ({ source, everyHours }) => {
            const seenMs = await events.readSourceSeenMs(source);
            return checkSource(source, seenMs, everyHours, clock.nowMs(), command);
          }),
        );
      },
    },
    {
      area: 'delivery',
      name: 'sweeper',
      what: "the sweeper's heartbeat",
      needs: ['cloudwatch:GetMetricData'],
      run: async () => {
        const nowMs = clock.nowMs();
        const { series, sinceMs } = await metrics.read({
          queries: [{ name: 'SweeperHeartbeat', statistic: 'max' }],
          fromMs: nowMs - HEARTBEAT_WITHIN_MS,
          toMs: nowMs,
          stepSeconds: METRIC_STEP_SECONDS,
        });
        const lastAtMs = series[0]?.at(-1)?.atMs;
        return [
          checkHeartbeat(
            {
              ...(lastAtMs === undefined ? {} : { lastAtMs }),
              ...(sinceMs === undefined ? {} : { countedSinceMs: sinceMs }),
            },
            nowMs,
          ),
        ];
      },
    },
  ];
}

function resourceLooks(
  { inspector }: DoctorPorts,
  { queues, command }: DoctorSettings,
): readonly Look[] {
  return [
    {
      area: 'queues',
      name: 'queues',
      what: 'the queues',
      needs: ['sqs:GetQueueAttributes'],
      run: async () => {
        const [delivery, deadLetter] = await Promise.all([
          inspector.queue('delivery'),
          inspector.queue('dead_letter'),
        ]);
        return checkQueues(delivery, deadLetter, queues, command);
      },
    },
    {
      area: 'queues',
      name: 'reader',
      what: 'what reads the delivery queue',
      needs: ['lambda:ListEventSourceMappings'],
      run: async () => checkMappings(await inspector.mappings(), queues),
    },
    {
      area: 'queues',
      name: 'consumer',
      what: 'the consumer function',
      needs: ['lambda:ListEventSourceMappings', 'lambda:GetFunctionConfiguration'],
      run: async () => {
        const [mapping] = (await inspector.mappings()) ?? [];
        if (mapping === undefined) return [];
        const [fn, delivery] = await Promise.all([
          inspector.fn(mapping.functionArn),
          inspector.queue('delivery'),
        ]);
        return checkConsumer(fn, delivery);
      },
    },
    {
      area: 'table',
      name: 'table',
      what: 'the table',
      needs: [
        'dynamodb:DescribeTable',
        'dynamodb:DescribeContinuousBackups',
        'dynamodb:DescribeTimeToLive',
      ],
      run: async () => checkTable(await inspector.table()),
    },
    {
      area: 'alarms',
      name: 'alarms',
      what: 'the alarms',
      needs: ['cloudwatch:DescribeAlarms'],
      run: async () => checkAlarms(await inspector.alarms()),
    },
    {
      area: 'alarms',
      name: 'subscriptions',
      what: 'who is told of alarms',
      needs: ['cloudwatch:DescribeAlarms', 'sns:ListSubscriptionsByTopic'],
      run: async () => checkTopics(await inspector.topics()),
    },
  ];
}
