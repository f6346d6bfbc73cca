import { loadConfig } from '../lib/config-file.ts';
import { ReasonError } from '../lambdas/operations/quarantine/execute-replay.ts';
import { LeadQueryError } from '../lambdas/operations/lookup/lead-query.ts';
import { MappingVersionError } from '../lambdas/operations/mapping/kept-mapping.ts';
import { buildProgram } from '../local/build-program.ts';
import { describeOperatorError } from '../local/operator/describe-operator-error.ts';
import { EXIT_WRONG_USE } from '../local/operator/operator-command.ts';
import { linePrinter } from '../local/printable.ts';

const config = await loadConfig(process.env);

const print = linePrinter(process.stdout);
const printError = linePrinter(process.stderr);

// Whoever reads has seen enough: `holdfast audit | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

try {
  await buildProgram({ config, env: process.env, print, printError }).parseAsync();
} catch (error) {
  printError(describeOperatorError(error));
  const isWrongUse =
    error instanceof ReasonError ||
    error instanceof MappingVersionError ||
    error instanceof LeadQueryError;
  process.exitCode = isWrongUse ? EXIT_WRONG_USE : 1;
}
