import type { HoldfastConfig } from '../../lambdas/core/config.ts';
import type { Drill, DrillTraffic } from '../drills/drill.ts';
import { drillConfig } from '../drills/try-drills.ts';
import { parseFaults } from '../zoho-simulator/faults/fault.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** What Zoho says of a row when a field is mandatory that nobody fills. */
const REGION_IS_MISSING = {
  kind: 'row_error',
  code: 'MANDATORY_NOT_FOUND',
  message: 'required field not found',
  details: { api_name: 'Region' },
  times: 7,
};

/** From the start of the run, at four in the morning. */
const OUTAGE_MS = { fromMs: 6.5 * HOUR_MS, untilMs: 8.25 * HOUR_MS };
const REFUSALS_AT_MS = 11 * HOUR_MS;

/**
 * The day of the picture: four forms with a busy morning and afternoon; Zoho is gone from half past ten to a quarter past
 * twelve; then somebody makes a field mandatory there, and takes that back seven leads later.
 */
export const PICTURE_DAY: Drill = {
  name: 'picture-day',
  says: 'A day of four forms: an outage of Zoho, and seven leads that Zoho refuses.',
  traffic: [
    ...dayOf('demo', 90, 130),
    ...dayOf('website', 110, 90),
    ...dayOf('partner', 40, 60),
    ...dayOf('sales', 16, 20),
  ],
  onsetMs: OUTAGE_MS.fromMs,
  lastsMs: 18 * HOUR_MS,
  outage: OUTAGE_MS,
  disturb: ({ world, at }) => {
    at(REFUSALS_AT_MS, () => world.zoho.world.faults.add(parseFaults([REGION_IS_MISSING])));
  },
};

/** Some all day, more in the morning, and in the afternoon. */
function dayOf(source: string, allDay: number, busy: number): readonly DrillTraffic[] {
  return [
    { source, leadsPerDay: allDay, fromHour: 5, untilHour: 23 },
    { source, leadsPerDay: busy, fromHour: 8, untilHour: 12 },
    { source, leadsPerDay: busy, fromHour: 13, untilHour: 18 },
  ];
}

/** The installation of the drills with the sources of the day alone, as a stack has it. */
export function pictureConfig(): HoldfastConfig {
  const config = drillConfig();
  const shown = new Set(PICTURE_DAY.traffic.map(({ source }) => source));
  const sources = Object.entries(config.sources).filter(([name]) => shown.has(name));
  return { ...config, sources: Object.fromEntries(sources) };
}
