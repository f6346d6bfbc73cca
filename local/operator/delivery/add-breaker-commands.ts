import type { Command } from 'commander';
import { type CommandContext, EXIT_CODES, operatorCommand } from '../operator-command.ts';
import { runBreaker } from './run-breaker.ts';
import type { TargetOptions } from '../target/target.ts';

/** Adds the commands of the switch between Holdfast and Zoho. */
export function addBreakerCommands(program: Command, context: CommandContext): void {
  const breaker = program
    .command('breaker')
    .description('the switch that keeps deliveries from a Zoho that is down or refuses us');

  for (const [action, description] of [
    ['status', 'say whether deliveries go on and, if not, why'],
    ['open', 'stop deliveries until somebody closes it; leads are taken in and wait'],
    ['close', 'let deliveries go on'],
  ] as const) {
    const command = operatorCommand(breaker, action).description(description);
    if (action !== 'status')
      command.requiredOption('--reason <text>', 'why; it is kept, with who you are');
    command.addHelpText('after', EXIT_CODES).action(async (options: BreakerOptions) => {
      process.exitCode = await runBreaker({
        ...options,
        action,
        ...context,
      });
    });
  }
}

interface BreakerOptions extends TargetOptions {
  readonly reason?: string;
  readonly json: boolean;
  readonly verbose: boolean;
}
