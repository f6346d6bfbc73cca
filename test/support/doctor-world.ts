import { defineConfig } from '../../lambdas/core/config.ts';
import { SecretUnavailableError } from '../../lambdas/core/errors.ts';
import type { OpenPartition } from '../../lambdas/core/open-index.ts';
import type { OpenMeasure } from '../../lambdas/core/ports/events.ts';
import type { StoredSecret } from '../../lambdas/core/ports/secret-vault.ts';
import type { AlarmFacts } from '../../lambdas/operations/doctor/check-alarms.ts';
import type { StageInspector } from '../../lambdas/operations/doctor/facts.ts';
import type {
  DoctorPorts,
  DoctorSettings,
  ZohoInspector,
} from '../../lambdas/operations/doctor/doctor-ports.ts';
import { runDoctor } from '../../lambdas/operations/doctor/run-doctor.ts';
import { createMemoryBreakerStore } from '../../local/memory/memory-breaker-store.ts';
import { aClock } from './fakes.ts';
import { fakeMetrics } from './fake-metrics.ts';

const CONFIG = defineConfig({
  sources: { demo: { provider: 'typeform', expect: { everyHours: 24 } } },
});
const DELIVERY_ARN = 'arn:aws:sqs:eu-central-1:111122223333:holdfast-prod-delivery';
const DEAD_LETTER_ARN = 'arn:aws:sqs:eu-central-1:111122223333:holdfast-prod-dead-letter';
const FUNCTION_ARN = 'arn:aws:lambda:eu-central-1:111122223333:function:consumer';

/** A stage of which everything is right; a test spoils what it is about. */
export function aHealthyStage() {
  const clock = aClock();
  const nowMs = clock.nowMs();
  const secrets = new Map<string, StoredSecret>([
    ['source/demo', aSecret({ current: 'a-secret-of-sixteen' }, nowMs - 86_400_000)],
    ['pepper', { text: 'p'.repeat(64), isGenerated: true }],
  ]);
  const inspector: StageInspector = {
    stack: async () => ({
      name: 'holdfast-prod',
      status: 'UPDATE_COMPLETE',
      version: '0.1.0+abc',
      updatedAt: '2026-11-20T04:00:00Z',
    }),
    queue: async (which) => ({
      arn: which === 'delivery' ? DELIVERY_ARN : DEAD_LETTER_ARN,
      count: 0,
      visibilitySeconds: 365,
      retentionSeconds: (which === 'delivery' ? 7 : 14) * 86_400,
      isEncrypted: true,
      ...(which === 'delivery'
        ? { redrive: { targetArn: DEAD_LETTER_ARN, receivesMax: 1_000 } }
        : {}),
    }),
    mappings: async () => [{ functionArn: FUNCTION_ARN, state: 'Enabled', reportsFailures: true }],
    fn: async () => ({ name: 'consumer', timeoutSeconds: 60, isZohoEnabled: true }),
    table: async () => ({
      name: 'events',
      status: 'ACTIVE',
      isProtected: true,
      hasPointInTimeRecovery: true,
      ttlAttribute: 'ttl',
      isEncryptedByOwnKey: true,
    }),
    alarms: async () => [
      anAlarm({ name: 'holdfast-prod-breaker-open' }),
      anAlarm({ name: 'holdfast-prod-lead-pending', state: 'INSUFFICIENT_DATA' }),
    ],
    topics: async () => [
      {
        name: 'on-call',
        subscriptions: [{ protocol: 'email', endpoint: 'on-call@example.com', isConfirmed: true }],
      },
    ],
    awsTimeMs: async () => nowMs - 1_000,
  };
  const zoho: ZohoInspector = {
    credentials: async () => 'filled',
    ask: async () => ({
      scopes: [
        {
          scope: 'ZohoCRM.settings.fields.READ',
          without: 'fields cannot be checked',
          answer: { kind: 'answered', value: undefined },
        },
      ],
      findings: [],
      account: { apiUrl: 'https://www.zohoapis.eu', accountsUrl: 'https://accounts.zoho.eu' },
    }),
    timeMs: async () => nowMs + 2_000,
  };
  const seen: { atMs: number | undefined } = { atMs: nowMs - 3_600_000 };
  const measures = new Map<OpenPartition['kind'], OpenMeasure>();
  const ports: DoctorPorts = {
    clock,
    breakers: createMemoryBreakerStore(),
    events: {
      measureOpen: async ({ kind }) => measures.get(kind) ?? { count: 0 },
      readSourceSeenMs: async () => seen.atMs,
    },
    metrics: fakeMetrics({ SweeperHeartbeat: 1 }, nowMs - 60_000),
    vault: { read: async (id) => secrets.get(id) },
    secrets: {
      read: async (id) => {
        const stored = secrets.get(id);
        if (stored !== undefined) return stored.text;
        const cause = Object.assign(new Error('no'), { name: 'ResourceNotFoundException' });
        throw new SecretUnavailableError(`The secret ${id} could not be read`, cause);
      },
    },
    inspector,
    zoho,
  };
  const settings: DoctorSettings = {
    config: CONFIG,
    here: {
      version: '0.1.0+abc',
      node: '24.0.0',
      by: 'arn:aws:iam::111122223333:user/ana',
      settingProblems: [],
      sources: 1,
    },
    queues: {
      receivesMax: 1_000,
      visibilitySeconds: 365,
      retentionDays: 7,
      deadLetterRetentionDays: 14,
    },
    delivery: { lateSeconds: 300, deadLetterDays: 14 },
    secrets: { pepperId: 'pepper', zohoId: 'zoho', sourcePrefix: 'source/' },
    isUsable: () => true,
    readsDetails: () => false,
    command: (...words) => ['npx holdfast', ...words, '--stage', 'prod'].join(' '),
  };
  return { clock, nowMs, secrets, measures, seen, inspector, zoho, ports, settings };
}

/** A stage as a test spoils it. */
export type SomeStage = ReturnType<typeof aHealthyStage>;

/** An alarm that does not ring. */
export function anAlarm(other: Partial<AlarmFacts> = {}): AlarmFacts {
  return {
    name: 'an-alarm',
    state: 'OK',
    actionsEnabled: true,
    topics: ['arn:aws:sns:x'],
    ...other,
  };
}

/** A source's secret as the store has it. */
export function aSecret(
  members: Readonly<Record<string, string>>,
  changedAtMs: number,
): StoredSecret {
  return { text: JSON.stringify(members), isGenerated: false, changedAtMs };
}

/**
 * What the doctor finds in a stage.
 *
 * @param spoil other ports or settings than the healthy ones
 */
export async function examine(
  stage: SomeStage,
  spoil: {
    readonly inspector?: Partial<StageInspector>;
    readonly zoho?: Partial<ZohoInspector>;
    readonly ports?: Partial<DoctorPorts>;
    readonly settings?: Partial<DoctorSettings>;
  } = {},
) {
  return await runDoctor(
    {
      ...stage.ports,
      inspector: { ...stage.inspector, ...spoil.inspector },
      zoho: { ...stage.zoho, ...spoil.zoho },
      ...spoil.ports,
    },
    { ...stage.settings, ...spoil.settings },
  );
}
