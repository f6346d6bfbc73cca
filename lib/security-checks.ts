import { type App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';

/**
 * Checks the stack against AWS's own rules (cdk-nag, AwsSolutions) whenever it is synthesized: a finding that
 * nobody has acknowledged fails `cdk synth` and `cdk deploy`. An acknowledgement stands beside the construct that it
 * is about, with its reason.
 */
export function addSecurityChecks(app: App): void {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app, { verbose: true }));
}
