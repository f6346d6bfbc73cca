import { Annotations, type App } from 'aws-cdk-lib';
import type { HoldfastConfig } from '../lambdas/core/config.ts';
import { parseDeployment } from './deployment.ts';
import { HoldfastStack } from './holdfast-stack.ts';
import { assertRelations } from './relations.ts';
import { STAGE_CONFIG, type StageConfig } from './stage-config.ts';

/**
 * Adds one stage's stack to the app, after all settings have been checked against each other.
 *
 * @throws {SettingError} naming every setting that is wrong, with what is allowed
 */
export function buildApp(
  app: App,
  config: HoldfastConfig,
  stage: StageConfig = STAGE_CONFIG,
): HoldfastStack {
  const deployment = parseDeployment((name) => app.node.tryGetContext(name) as unknown);
  assertRelations({ config, stage, deployment });
  const stack = new HoldfastStack(app, `holdfast-${deployment.stage}`, {
    config,
    deployment,
    stage,
  });
  const reached = config.alarms.subscriptions.filter(
    ({ endpoint }) => !/[@/.]example\.(com|org|net)\b/.test(endpoint),
  );
  if (reached.length === 0) {
    Annotations.of(stack).addWarningV2(
      'holdfast:nobody-on-call',
      'alarms.subscriptions: names nobody who can be reached, so no alarm will be heard',
    );
  } else if (reached.every(({ urgency }) => urgency === 'high')) {
    Annotations.of(stack).addWarningV2(
      'holdfast:only-high-urgency',
      'alarms.subscriptions: everybody who can be reached asks for urgency high, so most alarms will not be heard',
    );
  }
  return stack;
}
