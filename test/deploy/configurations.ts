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

const CORE = path.resolve(import.meta.dirname, '../../lambdas/core/config.ts');

/**
 * Writes what the test deploys first, and what it changes that into: one source more.
 *
 * There is a source of each provider whose leads come whole; those that are read from a provider's API would be read
 * from the real one.
 *
 * @param zohoUrl of the simulator, which stands for the accounts server and the API
 */
export function writeConfigurations(
  folder: string,
  zohoUrl: string,
): { readonly first: TestConfiguration; readonly second: TestConfiguration } {
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
  return {
    first: write('first.config.ts', { ...base, sources }),
    second: write('second.config.ts', { ...base, sources: { ...sources, [NEW_SOURCE]: partner } }),
  };
}
