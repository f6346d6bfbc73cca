import { parseFaults } from '../zoho-simulator/faults/fault.ts';
import { switchDelivery } from '../simulation/simulated-world.ts';
import type { Drill, DrillTraffic } from './drill.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** When the first simulated day has its tenth hour: every run starts at four. */
const TEN_OCLOCK_MS = 6 * HOUR_MS;

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
    says: 'Zoho answers four of ten calls with an error for two hours, too few for the breaker.',
    traffic: [{ source: 'demo', leadsPerDay: 960, fromHour: 6, untilHour: 22 }],
    onsetMs: TEN_OCLOCK_MS,
    lastsMs: 18 * HOUR_MS,
    disturb: ({ world, at }) => {
      // Of ten calls, these: never five in a row, and the minute has too few calls for a share.
      const failures = [1, 3, 6, 8].map((nth) => ({ kind: 'unavailable', match: { nth } }));
      for (let ms = 0; ms < 2 * HOUR_MS; ms += 10 * MINUTE_MS) {
        at(TEN_OCLOCK_MS + ms, () => world.zoho.world.faults.add(parseFaults(failures)));
      }
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
    traffic: [{ source: 'demo', leadsPerDay: 3_840, fromHour: 6, untilHour: 22 }],
    onsetMs: TEN_OCLOCK_MS,
    lastsMs: TEN_OCLOCK_MS + HOUR_MS,
    disturb: ({ world, at }) =>
      at(TEN_OCLOCK_MS, () => world.zoho.world.faults.add(parseFaults([REGION_IS_MISSING]))),
  },
  {
    name: 'one-dead-letter',
    says: 'Zoho refuses one lead for good; nobody looks at it for eleven days.',
    traffic: [{ source: 'demo', leadsPerDay: 3, fromHour: 6, untilHour: 22 }],
    onsetMs: TEN_OCLOCK_MS,
    lastsMs: 11 * DAY_MS,
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
      { ...DEMO, endsAtMs: 4 * DAY_MS },
      { ...DEMO, leadsPerDay: 19, beginsAtMs: 4 * DAY_MS },
    ],
    onsetMs: 4 * DAY_MS,
    lastsMs: 9 * DAY_MS,
  },
  {
    name: 'quiet-weekend',
    says: 'Ten days of a form for companies, with a weekend on which one in twenty writes.',
    traffic: [
      { ...DEMO, endsAtMs: 5 * DAY_MS - 4 * HOUR_MS },
      {
        ...DEMO,
        leadsPerDay: 5,
        beginsAtMs: 5 * DAY_MS - 4 * HOUR_MS,
        endsAtMs: 7 * DAY_MS - 4 * HOUR_MS,
      },
      { ...DEMO, beginsAtMs: 7 * DAY_MS - 4 * HOUR_MS },
    ],
    onsetMs: 5 * DAY_MS - 4 * HOUR_MS,
    lastsMs: 10 * DAY_MS,
  },
  {
    name: 'table-down',
    says: 'The table takes no new events for twenty minutes.',
    traffic: [{ ...DEMO, leadsPerDay: 960 }],
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
