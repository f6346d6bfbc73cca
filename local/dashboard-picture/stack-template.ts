import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { App } from 'aws-cdk-lib';
import type { HoldfastConfig } from '../../lambdas/core/config.ts';
import { buildApp } from '../../lib/build-app.ts';
import { type ReadTemplate, readTemplate } from './dashboard-body.ts';

/** Synthesizes the stack of a configuration, as `cdk synth` does, but without bundling the functions. */
export function synthesizeStack(config: HoldfastConfig, stage: string): ReadTemplate {
  const outdir = mkdtempSync(path.join(tmpdir(), 'holdfast-picture-'));
  try {
    const app = new App({ outdir, context: { stage, 'aws:cdk:bundling-stacks': [] } });
    const { stackName } = buildApp(app, config);
    return readTemplate(app.synth().getStackByName(stackName).template);
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

/** What the simulation calls the resources to which AWS gives their names, by the beginning of their logical ids. */
const SIMULATED_NAMES: Readonly<Record<string, string>> = {
  IntakeFunction: 'intake',
  ConsumerFunction: 'consumer',
  SweeperFunction: 'sweeper',
  QueuesDeadLetter: 'dead-letter',
  QueuesDelivery: 'delivery',
  EventsTable: 'events',
};

/** A resource as the simulation's metrics name it; others, alarms among them, keep their logical ids. */
export function simulatedNameOf(logicalId: string): string {
  const name = Object.entries(SIMULATED_NAMES).find(([start]) => logicalId.startsWith(start));
  return name?.[1] ?? logicalId;
}
