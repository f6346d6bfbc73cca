import { describeDrills } from '../local/drills/describe-drills.ts';
import { DRILLS } from '../local/drills/drills.ts';
import { recordDrill } from '../local/drills/record-drill.ts';
import { drillAlarms, tryDrill, type DrillOutcome } from '../local/drills/try-drills.ts';

const alarms = drillAlarms();
const outcomes: DrillOutcome[] = [];
for (const drill of DRILLS) outcomes.push(tryDrill(drill, await recordDrill(drill), alarms));
for (const line of describeDrills(outcomes)) process.stdout.write(`${line}\n`);
