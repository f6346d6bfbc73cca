import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { defineConfig, type HoldfastConfig } from '../../lambdas/core/config.ts';
import { readsDetails } from '../../lambdas/providers/reads-details.ts';
import { withEveryProvider } from '../../local/samples/every-provider.ts';

/** A configuration, and the file that holds it for `HOLDFAST_CONFIG`. */
export interface TestConfiguration {
  readonly file: string;
  readonly config: HoldfastConfig;
}

/** Comes with the update. */
export const NEW_SOURCE = 'partner_two';

/** Is restored after it. */
export const RESTORED_TABLE = 'holdfast-prod-restored-1';

/** What is deployed one after the other. */
export interface TestConfigurations {
  readonly first: TestConfiguration;
  /** With one source more. */
  readonly second: TestConfiguration;
  /** On a table that was restored. */
  readonly restored: TestConfiguration;
}

const CORE = path.resolve(import.meta.dirname, '../../lambdas/core/config.ts');

/**
 * Writes what the test deploys.
 *
 * There is a source of each provider whose leads come whole; those that are read from a provider's API would be read
 * from the real one.
 *
 * @param zohoUrl of the simulator, which stands for the accounts server and the API
 */
export function writeConfigurations(folder: string, zohoUrl: string): TestConfigurations {
  const base = withEveryProvider(
    defineConfig({
      sources: {
        demo_request: { provider: 'typeform', label: 'Demo request', trust: 60 },
        partner: { provider: 'standard_webhooks', label: 'Partner' },
        website: { provider: 'website_form', allowedOrigins: ['https://www.example.com'] },
      },
      zoho: { accountsUrl: zohoUrl, apiUrl: zohoUrl },
      alarms: { subscriptions: [{ protocol: 'email', endpoint: 'on-call@example.com' }] },
    }),
  );
  const sources = Object.fromEntries(
    Object.entries(base.sources).filter(([, source]) => !readsDetails(source)),
  );
  const { partner } = sources;
  if (partner === undefined) throw new Error('The configuration has lost its source partner');
  const write = (name: string, config: HoldfastConfig): TestConfiguration => {
    const file = path.join(folder, name);
    writeFileSync(
      file,
      `import { defineConfig } from '${CORE}';\n\n` +
        `export const config = defineConfig(${JSON.stringify(config, undefined, 2)});\n`,
    );
    return { file, config };
  };
  const first = { ...base, sources };
  const second = { ...base, sources: { ...sources, [NEW_SOURCE]: partner } };
  return {
    first: write('first.config.ts', first),
    second: write('second.config.ts', second),
    restored: write('restored.config.ts', { ...second, restoredTable: RESTORED_TABLE }),
  };
}
