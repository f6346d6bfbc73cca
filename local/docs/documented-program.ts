import type { Command } from 'commander';
import { defineConfig } from '../../lambdas/core/config.ts';
import { buildProgram } from '../build-program.ts';

/** The command line as it is documented: with no configuration of one's own. */
export function documentedProgram(): Command {
  const config = defineConfig({
    sources: { website: { provider: 'website_form', allowedOrigins: ['https://www.example.com'] } },
  });
  const nothing = (): void => undefined;
  return buildProgram({ config, env: {}, print: nothing, printError: nothing });
}
