import type { Command } from 'commander';
import { addAuditCommand } from './add-audit-command.ts';
import { addBreakerCommands } from './add-breaker-commands.ts';
import { addLeadCommands } from './add-lead-commands.ts';
import { addMappingCommands } from './add-mapping-commands.ts';
import { addPersonCommands } from './add-person-commands.ts';
import { addRotationCommands } from './add-rotation-commands.ts';
import { addSourceSetupCommands } from './add-source-setup-commands.ts';
import { addZohoCommands } from './add-zoho-commands.ts';
import { addMappingVersionCommands } from './add-mapping-version-commands.ts';
import { addPauseCommands } from './add-pause-commands.ts';
import { addQuarantineCommands } from './add-quarantine-commands.ts';
import { addReplayCommand } from './add-replay-command.ts';
import { addSourceCommands } from './add-source-commands.ts';
import { addStatusCommands } from './add-status-commands.ts';
import type { CommandContext } from './operator-command.ts';

/** Adds the commands of whoever runs Holdfast: on this machine, or deployed. */
export function addOperatorCommands(program: Command, context: CommandContext): void {
  addLeadCommands(program, context);
  addPersonCommands(program, context);
  addQuarantineCommands(program, context);
  addReplayCommand(program, context);
  addAuditCommand(program, context);
  addStatusCommands(program, context);
  addPauseCommands(program, context);
  addBreakerCommands(program, context);
  addMappingCommands(program, context);
  addSourceSetupCommands(program, context);
  addRotationCommands(program, context);
  addZohoCommands(program, context);
  addMappingVersionCommands(program, context);
  addSourceCommands(program, context);
}
