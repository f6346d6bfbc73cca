import { parseFaults } from '../zoho-simulator/faults/fault.ts';
import { switchDelivery } from '../simulation/simulated-world.ts';
import type { Drill, DrillTraffic } from './drill.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** When the first simulated day has its ninth and its tenth hour: every run starts at four. */
const NINE_OCLOCK_MS = 5 * HOUR_MS;
const TEN_OCLOCK_MS = 6 * HOUR_MS;

/** The midnights before and after a weekend, three days and a few hours into a drill. */
const FRIDAY_NIGHT_MS = 3 * DAY_MS + 20 * HOUR_MS;
const SUNDAY_NIGHT_MS = FRIDAY_NIGHT_MS + 2 * DAY_MS;

/** What Zoho says of a row when a field is mandatory that nobody fills. */
const REGION_IS_MISSING = {
  kind: 'row_error',
  code: 'MANDATORY_NOT_FOUND',
  message: 'required field not found',
  details: { api_name: 'Region' },
  times: 'always',
};

/** Between the two bounds of `delivery.credits`: writes are slowed down, and not stopped. */
const CREDITS_LEFT = 900;

const DEMO: DrillTraffic = { source: 'demo', leadsPerDay: 96, fromHour: 6, untilHour: 22 };
const PARTNER: DrillTraffic = { source: 'partner', leadsPerDay: 48, fromHour: 6, untilHour: 22 };

/** Two forms that are filled in by day, from six in the morning to ten at night; nobody is up at night. */
const BY_DAY: readonly DrillTraffic[] = [DEMO, PARTNER];

/** The same two, and one of people who expect to be called at once. */
const WITH_HIGH_INTENT: readonly DrillTraffic[] = [
  ...BY_DAY,
  { source: 'sales', leadsPerDay: 24, fromHour: 6, untilHour: 22 },
];

/** Everything that is rehearsed, the day on which nothing happens first. */
export const DRILLS: readonly Drill[] = [
  {
    name: 'healthy-days',
    says: 'Two days on which all is well, each with a night without a lead.',
    traffic: WITH_HIGH_INTENT,
    onsetMs: 0,
    lastsMs: 2 * DAY_MS,
  },
  {
    name: 'crm-outage',
    says: 'Zoho is gone for three hours by day; the backlog then drains.',
    traffic: WITH_HIGH_INTENT,
    onsetMs: TEN_OCLOCK_MS,
    lastsMs: DAY_MS,
    outage: { fromMs: TEN_OCLOCK_MS, untilMs: TEN_OCLOCK_MS + 3 * HOUR_MS },
  },
  {
    name: 'crm-flaky',
    says: 'Zoho fails the first write of every lead for two hours: too seldom in a row for the breaker.',
    traffic: [{ ...DEMO, leadsPerDay: 960, beginsAtMs: NINE_OCLOCK_MS }],
    onsetMs: TEN_OCLOCK_MS,
    lastsMs: TEN_OCLOCK_MS + 4 * HOUR_MS,
    disturb: ({ world, at }) => {
      const once = parseFaults([{ kind: 'unavailable' }]);
      for (let ms = 0; ms < 2 * HOUR_MS; ms += MINUTE_MS) {
        at(TEN_OCLOCK_MS + ms, () => world.zoho.world.faults.add(once));
      }
      at(TEN_OCLOCK_MS + 2 * HOUR_MS, () => world.zoho.world.faults.clear());
    },
  },
  {
    name: 'token-revoked',
    says: 'Somebody revokes the refresh token in Zoho; nobody acts for two hours.',
    traffic: BY_DAY,
    onsetMs: TEN_OCLOCK_MS,
    lastsMs: TEN_OCLOCK_MS + 2 * HOUR_MS,
    disturb: ({ world, at }) => at(TEN_OCLOCK_MS, () => world.zoho.revoke()),
  },
  {
    name: 'dlq-fill',
    says: 'An administrator makes a field mandatory in Zoho, and every lead is refused.',
    traffic: [{ ...DEMO, leadsPerDay: 3_840, beginsAtMs: NINE_OCLOCK_MS }],
    onsetMs: TEN_OCLOCK_MS,
    lastsMs: TEN_OCLOCK_MS + HOUR_MS,
    disturb: ({ world, at }) =>
      at(TEN_OCLOCK_MS, () => world.zoho.world.faults.add(parseFaults([REGION_IS_MISSING]))),
  },
  {
    name: 'one-dead-letter',
    says: 'Zoho refuses one lead for good; nobody looks at it for ten days.',
    traffic: [{ source: 'events', leadsPerDay: 3, fromHour: 6, untilHour: 22 }],
    onsetMs: TEN_OCLOCK_MS,
    lastsMs: 10.5 * DAY_MS,
    disturb: ({ world, at }) => {
      at(TEN_OCLOCK_MS, () =>
        world.zoho.world.faults.add(parseFaults([{ ...REGION_IS_MISSING, times: 1 }])),
      );
    },
  },
  {
    name: 'source-silent',
    says: 'A webhook is switched off at its sender; other sources go on.',
    traffic: [{ ...DEMO, endsAtMs: DAY_MS }, PARTNER],
    onsetMs: DAY_MS,
    lastsMs: 3 * DAY_MS,
  },
  {
    name: 'intake-dropped',
    says: 'A form loses four of five submissions after a change of the page.',
    traffic: [
      { ...DEMO, endsAtMs: 2 * DAY_MS },
      { ...DEMO, leadsPerDay: 19, beginsAtMs: 2 * DAY_MS },
    ],
    onsetMs: 2 * DAY_MS,
    lastsMs: 6 * DAY_MS,
  },
  {
    name: 'quiet-weekend',
    says: 'A week of a form for companies, with a weekend on which one in twenty writes.',
    traffic: [
      { ...DEMO, endsAtMs: FRIDAY_NIGHT_MS },
      { ...DEMO, leadsPerDay: 5, beginsAtMs: FRIDAY_NIGHT_MS, endsAtMs: SUNDAY_NIGHT_MS },
      { ...DEMO, beginsAtMs: SUNDAY_NIGHT_MS },
    ],
    onsetMs: FRIDAY_NIGHT_MS,
    lastsMs: 7 * DAY_MS,
  },
  {
    name: 'table-down',
    says: 'The table takes no new events for twenty minutes.',
    traffic: [{ ...DEMO, leadsPerDay: 960, beginsAtMs: NINE_OCLOCK_MS }],
    onsetMs: TEN_OCLOCK_MS,
    lastsMs: TEN_OCLOCK_MS + 2 * HOUR_MS,
    disturb: ({ at, refuseEvents }) => {
      at(TEN_OCLOCK_MS, () => refuseEvents(true));
      at(TEN_OCLOCK_MS + 20 * MINUTE_MS, () => refuseEvents(false));
    },
  },
  {
    name: 'sweeper-stopped',
    says: 'Somebody disables the schedule of the sweeper.',
    traffic: BY_DAY,
    onsetMs: TEN_OCLOCK_MS,
    lastsMs: TEN_OCLOCK_MS + HOUR_MS,
    disturb: ({ at, stopSweeper }) => at(TEN_OCLOCK_MS, stopSweeper),
  },
  {
    name: 'credits-low',
    says: 'Another tool uses up most of the API credits of the day.',
    traffic: BY_DAY,
    onsetMs: TEN_OCLOCK_MS,
    lastsMs: TEN_OCLOCK_MS + 3 * HOUR_MS,
    disturb: ({ world, at }) =>
      at(TEN_OCLOCK_MS, () => {
        const { credits } = world.zoho.world;
        credits.spend(credits.remaining() - CREDITS_LEFT);
      }),
  },
  {
    name: 'delivery-off',
    says: 'Delivery is switched off for a change in Zoho, and forgotten for a day and a half.',
    traffic: BY_DAY,
    onsetMs: TEN_OCLOCK_MS,
    lastsMs: 2 * DAY_MS,
    disturb: ({ world, at }) => at(TEN_OCLOCK_MS, () => switchDelivery(world, false)),
  },
];
