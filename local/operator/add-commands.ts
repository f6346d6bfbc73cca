import type { Command } from 'commander';
import { addAuditCommand } from './status/add-audit-command.ts';
import { addBreakerCommands } from './delivery/add-breaker-commands.ts';
import { addLeadCommands } from './lead/add-lead-commands.ts';
import { addMappingCommands } from './mapping/add-mapping-commands.ts';
import { addPersonCommands } from './person/add-person-commands.ts';
import { addRotationCommands } from './secret/add-rotation-commands.ts';
import { addSourceSetupCommands } from './source/add-source-setup-commands.ts';
import { addZohoCommands } from './zoho/add-zoho-commands.ts';
import { addMappingVersionCommands } from './mapping/add-mapping-version-commands.ts';
import { addPauseCommands } from './delivery/add-pause-commands.ts';
import { addQuarantineCommands } from './quarantine/add-quarantine-commands.ts';
import { addReplayCommand } from './quarantine/add-replay-command.ts';
import { addSourceCommands } from './source/add-source-commands.ts';
import { addStatusCommands } from './status/add-status-commands.ts';
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
