import { App } from 'aws-cdk-lib';
import { ConfigError } from '../lambdas/core/errors.ts';
import { buildApp } from '../lib/build-app.ts';
import { loadConfig } from '../lib/config-file.ts';
import { addSecurityChecks } from '../lib/security-checks.ts';
import { SettingError } from '../lib/setting-error.ts';

// The CDK app, run by `cdk synth` and `cdk deploy`. Settings that are wrong end it with a sentence
// each; anything else is a mistake of ours and keeps its stack trace.
try {
  const config = await loadConfig(process.env);
  const app = new App();
  buildApp(app, config);
  addSecurityChecks(app);
  app.synth();
} catch (error) {
  if (!(error instanceof SettingError || error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
