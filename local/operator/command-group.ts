import type { Command } from 'commander';

/** The command group of that name, such as `mapping`: the one that is there, or a new one. */
export function commandGroup(program: Command, name: string, description: string): Command {
  const existing = program.commands.find((command) => command.name() === name);
  return existing ?? program.command(name).description(description);
}
