import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { startHarness } from './harness.ts';

const MODULE = fileURLToPath(new URL('../../../local/zoho-simulator/run.ts', import.meta.url));

function run(port: number) {
  const script = `const { runZohoSimulator } = await import(${JSON.stringify(MODULE)});
    await runZohoSimulator({ port: ${port} });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const seen = { output: '', errors: '' };
  child.stdout.on('data', (chunk: Buffer) => (seen.output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (seen.errors += chunk.toString()));
  return { child, seen };
}

test.each(['SIGINT', 'SIGTERM'] as const)(
  'says where it listens, what it accepts, and stops on %s',
  async (signal) => {
    const { child, seen } = run(0);
    await expect.poll(() => seen.output, { timeout: 15_000 }).toContain('Ctrl-C');
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(seen.output)?.[0] ?? '';

    const health = await fetch(`${url}/_sim/health`);
    const exit = once(child, 'exit');
    child.kill(signal);
    const [code] = await exit;

    expect(health.status).toBe(200);
    expect(seen.output).toContain('1000.simulator.refresh');
    expect(seen.output).toContain('POST /_sim/faults');
    expect(code).toBe(0);
  },
);

test('a taken port ends the program with the reason', async () => {
  const { url } = await startHarness();
  const port = Number(new URL(url).port);

  const { child, seen } = run(port);
  const [code] = await once(child, 'exit');

  expect(code).not.toBe(0);
  expect(seen.errors).toContain(`Port ${port} is taken`);
});
