import { sendersOf } from '../../lambdas/core/canary.ts';
import { defineConfig, type HoldfastConfig } from '../../lambdas/core/config.ts';
import { type ProviderName, PROVIDERS } from '../../lambdas/providers/catalogue.ts';
import { readExample } from './webhook-example.ts';

/**
 * A configuration with a source for every provider: beside those that are configured, one named after each
 * provider that none of them has, with the settings of its example.
 */
export function withEveryProvider(config: HoldfastConfig): HoldfastConfig {
  const taken = new Set(Object.values(sendersOf(config.sources)).map(({ provider }) => provider));
  const missing = (Object.keys(PROVIDERS) as ProviderName[]).filter(
    (provider) => !taken.has(provider),
  );
  if (missing.length === 0) return config;
  const added = Object.fromEntries(
    missing.map((provider) => [provider, { provider, ...readExample(provider).settings }]),
  );
  const { sources } = defineConfig({ phone: config.phone, sources: added as never });
  return { ...config, sources: { ...sources, ...config.sources } };
}
