import { type Check, checksOf } from '../../../lambdas/operations/doctor/check.ts';
import {
  checkHere,
  type HereFacts,
} from '../../../lambdas/operations/doctor/check-installation.ts';
import type { DoctorSettings } from '../../../lambdas/operations/doctor/doctor-ports.ts';
import { runDoctor } from '../../../lambdas/operations/doctor/run-doctor.ts';
import type { HoldfastConfig } from '../../../lambdas/core/config.ts';
import { bindProvider } from '../../../lambdas/providers/bind-provider.ts';
import { assertRelations } from '../../../lib/relations.ts';
import { SettingError } from '../../../lib/setting-error.ts';
import { sourceVersion } from '../../../lib/source-version.ts';
import { STAGE_CONFIG } from '../../../lib/stage-config.ts';
import { readsDetails } from '../../../lambdas/providers/reads-details.ts';
import { textColumns } from '../../table-lines.ts';
import { commandLine } from '../text/command-line.ts';
import { createZohoInspector } from './zoho-inspector.ts';
import { countChecks, describeChecks } from './doctor-text.ts';
import { type OpenTargetOptions, openTarget } from '../target/open-target.ts';
import { OperatorError } from '../operator-error.ts';
import { isUsableSecret } from '../secret/plan-source-secret.ts';
import { startProgress } from '../progress.ts';
import { shortTime } from '../../../lambdas/core/short-time.ts';
import type { OperatorTarget } from '../target/target.ts';

/** A look at everything, as it was asked for. */
export interface RunDoctorOptions extends OpenTargetOptions {
  readonly json: boolean;
  readonly print: (line: string) => void;
}

/**
 * Looks at everything that keeps leads from arriving, and says of each thing how it stands and what to do.
 *
 * @returns the exit code: 0, or 1 when there is a problem
 */
export async function runDoctorCommand(options: RunDoctorOptions): Promise<number> {
  const opened = await open(options);
  const { name, checks } = opened;
  const counts = countChecks(checks);
  const passed = counts.problem === 0;
  if (options.json) {
    const document = { target: name, asOf: opened.asOf, passed, counts, checks };
    options.print(JSON.stringify(document, undefined, 2));
  } else {
    options.print(`How ${name} stands, as of ${shortTime(opened.asOf)}`);
    options.print('');
    for (const line of describeChecks(checks, textColumns(process.stdout.columns))) {
      options.print(line);
    }
  }
  return passed ? 0 : 1;
}

interface Examination {
  readonly name: string;
  /** ISO 8601. */
  readonly asOf: string;
  readonly checks: readonly Check[];
}

async function open(options: RunDoctorOptions): Promise<Examination> {
  let target: OperatorTarget;
  try {
    target = await openTarget(options);
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return unreachable(options, error);
  }
  try {
    return await examine(options, target);
  } finally {
    target.close();
  }
}

async function examine(options: RunDoctorOptions, target: OperatorTarget): Promise<Examination> {
  const { config, json } = options;
  const progress = startProgress({ title: 'Looking', json });
  try {
    const checks = await runDoctor(
      {
        ...target.ports,
        metrics: target.metrics,
        inspector: target.inspector,
        zoho: createZohoInspector(target, config),
      },
      settingsOf(options, target),
      (done, total) => progress.update(done, `of ${total}`),
    );
    return { name: target.name, asOf: new Date(target.ports.clock.nowMs()).toISOString(), checks };
  } finally {
    progress.stop();
  }
}

function settingsOf(options: RunDoctorOptions, target: OperatorTarget): DoctorSettings {
  const { deliveryQueue, deadLetterQueue, alarms } = STAGE_CONFIG;
  return {
    config: options.config,
    here: hereFacts(options, target.by),
    queues: {
      receivesMax: deliveryQueue.receivesMax,
      visibilitySeconds: deliveryQueue.visibilitySeconds,
      retentionDays: deliveryQueue.retentionDays,
      deadLetterRetentionDays: deadLetterQueue.retentionDays,
    },
    delivery: {
      lateSeconds: alarms.oldestPendingSeconds,
      deadLetterDays: deadLetterQueue.retentionDays,
    },
    secrets: {
      pepperId: target.pepperSecretId,
      zohoId: target.zoho.secretId,
      sourcePrefix: target.sourceSecretPrefix,
    },
    isUsable: (source, current) => {
      const { authentication, provesSender } = bindProvider(source);
      return !provesSender || isUsableSecret(authentication, current);
    },
    readsDetails,
    command: (...words) => commandLine(words.join(' '), ...target.options),
  };
}

/** What can be said when the target cannot be reached: the configuration, and why not. */
function unreachable(options: RunDoctorOptions, error: OperatorError): Examination {
  const { stage, port } = options;
  const name =
    stage === undefined ? `the Holdfast on this machine (port ${port})` : `the stage ${stage}`;
  const [configuration] = checkHere(hereFacts(options, ''));
  return {
    name,
    asOf: new Date().toISOString(),
    checks: [
      ...(configuration === undefined ? [] : [configuration]),
      checksOf('installation').problem(
        'target',
        `It cannot be reached. ${error.message}`,
        stage === undefined
          ? 'Start it, or name another one, then look again.'
          : 'Check --stage, --region and --profile, or deploy it first, then look again.',
      ),
    ],
  };
}

function hereFacts({ config, stage }: RunDoctorOptions, by: string): HereFacts {
  return {
    version: sourceVersion(config),
    node: process.versions.node,
    by,
    sources: Object.keys(config.sources).length,
    settingProblems: settingProblems(config, stage),
  };
}

/** The relations between settings that synth and start refuse. */
function settingProblems(config: HoldfastConfig, stage = 'local'): readonly string[] {
  const deployment = {
    stage,
    isProduction: stage === 'prod',
    isDisposable: false,
    isZohoEnabled: true,
  };
  try {
    assertRelations({ config, stage: STAGE_CONFIG, deployment });
    return [];
  } catch (error) {
    if (!(error instanceof SettingError)) throw error;
    return error.message
      .split('\n')
      .slice(1)
      .map((line) => line.trim());
  }
}
