import { mkdirSync, rmSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { runSteps } from './checklist.ts';
import { createChildProcesses, type Environment } from './child-processes.ts';
import { writeConfigurations } from './configurations.ts';
import { type Emulator, lastLines, startEmulator } from './emulator.ts';
import './loopback-names.ts';
import { preparePython, PythonError } from './python.ts';
import { bootstrap, deployFirst, stackEvents, switchOn } from './steps/deployment.ts';
import {
  drainHeld,
  everySource,
  forgeries,
  holdLead,
  operatorCommands,
  otherPaths,
} from './steps/leads.ts';
import { giveRights } from './steps/operator.ts';
import { quarantine, redrive, replay } from './steps/quarantine.ts';
import { balance, destroy, protection } from './steps/removal.ts';
import { goOnWithRestored, restoreBeside } from './steps/restore.ts';
import { alarms, dataStores, eventSourceMapping, logs, queues } from './steps/resources.ts';
import { connectSources, storeZohoCredentials } from './steps/secrets.ts';
import { statusCommands } from './steps/status.ts';
import { updateUnderTraffic } from './steps/update.ts';
import { createWorld, type World } from './world.ts';
import { startSecureZoho } from './zoho.ts';

// Deploys the stack as it is onto an AWS emulator that others wrote, and lives through a deployment's life with it.
// See docs/testing.md, "The deploy test".

const ROOT = path.resolve(import.meta.dirname, '../..');
const FOLDER = path.join(ROOT, 'dist', 'deploy-test');
const RUN = path.join(FOLDER, 'run');

const STEPS = [
  ['cdk bootstrap', bootstrap],
  ['cdk deploy, with delivery switched off', deployFirst],
  ['the queues move what nobody could deal with, and wait long enough', queues],
  ['the table is protected, encrypted, recoverable; the bucket is closed', dataStores],
  ['the event source mapping is as configured', eventSourceMapping],
  ['every alarm of the template is there, and tells somebody', alarms],
  ['logs end by themselves', logs],
  ['an operator with the policy that the stack makes for operators, and no other', giveRights],
  ['holdfast source add puts the secrets of sources in place', connectSources],
  ['a lead that comes before delivery is switched on is held', holdLead],
  ['Zoho credentials', storeZohoCredentials],
  ['cdk deploy, with delivery switched on', switchOn],
  ['a signed webhook of each source, sent three times, is delivered once', everySource],
  ['forged webhooks are refused', forgeries],
  ['an unknown source is answered 503, any other path 404', otherPaths],
  ['operators’ commands do what they say, with those rights', operatorCommands],
  ['holdfast stats, source list, doctor, pause and resume', statusCommands],
  ['a lead that Zoho refuses lies in quarantine, with a dead letter', quarantine],
  ['a redrive delivers it', redrive],
  ['another one is delivered by holdfast replay', replay],
  ['the lead that was held is delivered', drainHeld],
  ['cdk deploy of another configuration, while senders go on', updateUnderTraffic],
  ['a restore to a point in time makes a table beside, with the same items', restoreBeside],
  ['cdk deploy takes the restored table over, and goes on with it', goOnWithRestored],
  ['nothing was delivered twice', balance],
  ['the stack of the protected stage cannot be deleted', protection],
  ['cdk destroy leaves the data', destroy],
] as const;

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const env: Environment = {
  PATH: `${path.join(ROOT, 'node_modules/.bin')}${path.delimiter}${process.env['PATH'] ?? ''}`,
  HOME: process.env['HOME'],
  LANG: process.env['LANG'],
  // Where packages come from, if not from where pip looks by itself.
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('PIP_'))),
  CI: 'true',
};

process.exitCode = await main();

async function main(): Promise<number> {
  const startMs = performance.now();
  rmSync(RUN, { recursive: true, force: true });
  mkdirSync(RUN, { recursive: true });
  const children = createChildProcesses(ROOT, path.join(RUN, 'logs'));
  let signalled: NodeJS.Signals | undefined;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      signalled = signal;
      children.killAll();
    });
  }
  process.once('exit', () => children.killAll());
  let emulator: Emulator | undefined;
  let world: World | undefined;
  const zoho = await startSecureZoho(RUN);
  try {
    const { python, isNew } = await preparePython(children, FOLDER, env);
    const trusting = { ...env, NODE_EXTRA_CA_CERTS: zoho.certificateFile };
    emulator = await startEmulator(children, { python, folder: RUN, env: trusting });
    const install = isNew ? ', installed just now' : '';
    print(`MiniStack ${emulator.version}${install}; Zoho simulator at ${zoho.url}`);
    print(`Logs of everything that runs: ${path.relative(ROOT, path.join(RUN, 'logs'))}\n`);
    const configurations = writeConfigurations(RUN, zoho.url);
    world = createWorld({
      children,
      emulator,
      configurations,
      folder: RUN,
      zohoUrl: zoho.plainUrl,
    });
    await runSteps<World>(world, STEPS, { print, isStopped: () => signalled !== undefined });
    if (signalled !== undefined) return 128 + constants.signals[signalled];
    print(
      `\nAll ${STEPS.length} steps hold, in ${Math.round((performance.now() - startMs) / 1_000)} s.`,
    );
    return 0;
  } catch (error) {
    if (signalled !== undefined) return 128 + constants.signals[signalled];
    await describeFailure(error, emulator, world);
    return 1;
  } finally {
    world?.close();
    await children.stopAll();
    await zoho.close();
  }
}

async function describeFailure(
  error: unknown,
  emulator: Emulator | undefined,
  world: World | undefined,
): Promise<void> {
  if (error instanceof PythonError) {
    print(error.message);
    return;
  }
  print(`\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  if (world !== undefined) {
    print('\nWhat happened to the stack last:');
    for (const event of (await stackEvents(world)).slice(0, 15)) print(`  ${event}`);
  }
  if (emulator === undefined) return;
  print('\nThe end of the emulator’s log:');
  print(lastLines(emulator.logFile, 40));
}
