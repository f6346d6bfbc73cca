// A pipeline in a process of its own, which a test can kill. Arguments: the data directory, the
// simulator's address.

import { config as base } from '../../holdfast.config.ts';
import { defineConfig } from '../../lambdas/core/config.ts';
import { startPipeline } from '../../local/start-pipeline.ts';

const [dataDir = '', zohoUrl = ''] = process.argv.slice(2);

const pipeline = await startPipeline({
  config: shortLeases(base),
  dataDir,
  zoho: { url: zohoUrl },
});
process.stdout.write(`${pipeline.endpoint}\n`);
process.once('SIGTERM', () => {
  void pipeline.stop();
});

function shortLeases(config: typeof base): typeof base {
  return defineConfig({
    ...config,
    delivery: {
      ...config.delivery,
      crmTimeoutMs: 5_000,
      claimLeaseMs: 15_000,
      identityLeaseMs: 15_000,
      settleWindowMs: 1_000,
    },
  });
}
