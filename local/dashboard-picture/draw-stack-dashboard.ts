import type { AlarmState } from '../alarm-evaluator/alarm-definition.ts';
import { evaluateAlarms } from '../alarm-evaluator/evaluate-alarms.ts';
import { alarmsOfStack } from '../alarm-evaluator/stack-alarms.ts';
import { type DrillRecording, recordDrill } from '../drills/record-drill.ts';
import { type ReadTemplate, readDashboard } from './dashboard-body.ts';
import type { ShownAlarm } from './draw-alarms.ts';
import { drawDashboard } from './draw-dashboard.ts';
import { PICTURE_DAY, pictureConfig } from './picture-day.ts';
import { simulatedNameOf, synthesizeStack } from './stack-template.ts';

const STAGE = 'prod';
const SEED = 1;

/** A stage that has just been deployed has no data, and its sweeper seems to have stopped. */
const WARM_UP_MS = 1_800_000;

/**
 * Draws `docs/dashboard.svg`: the dashboard of the synthesized stack, with what a simulated day measures, and its alarms
 * as they stand at the end of that day. It changes with the dashboard, with the alarms, and with what the functions do;
 * nothing of it is made up.
 */
export async function drawStackDashboard(): Promise<string> {
  const config = pictureConfig();
  const template = synthesizeStack(config, STAGE);
  const recording = await recordDrill(PICTURE_DAY, SEED);
  const { startMs, endMs, series } = recording;
  const states = statesAtEnd(recording, alarmsOfStack(config));
  return drawDashboard({
    title: `The dashboard of Holdfast after a simulated day. ${PICTURE_DAY.says}`,
    widgets: readDashboard(template, simulatedNameOf),
    series,
    range: { fromMs: startMs, untilMs: endMs },
    alarmOf: (id) => alarmOf(template, id, states),
  });
}

function statesAtEnd(
  { startMs, endMs, series }: DrillRecording,
  alarms: Parameters<typeof evaluateAlarms>[0],
): ReadonlyMap<string, AlarmState> {
  const { transitions } = evaluateAlarms(alarms, { startMs: startMs + WARM_UP_MS, endMs, series });
  return new Map(transitions.map(({ alarm, to }) => [alarm, to]));
}

function alarmOf(
  template: ReadTemplate,
  id: string,
  states: ReadonlyMap<string, AlarmState>,
): ShownAlarm {
  const name = template.Resources[id]?.Properties?.['AlarmName'];
  if (typeof name !== 'string') throw new Error(`${id} is no alarm with a name`);
  const state = states.get(name.replace(`holdfast-${STAGE}-`, '')) ?? 'INSUFFICIENT_DATA';
  return { name, state };
}
