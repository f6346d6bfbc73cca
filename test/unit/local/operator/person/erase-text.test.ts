import { describe, expect, it } from 'vitest';

import type { FoundPerson } from '../../../../../lambdas/operations/person/find-person.ts';
import {
  describeErasure,
  describeErasurePlan,
} from '../../../../../local/operator/person/erase-text.ts';
import { whatRemains } from '../../../../../local/operator/person/remains.ts';
import { anEventRecord, T0 } from '../../../../support/event-builders.ts';

const CONFIG = { retention: { eventDays: 400, rawDays: 90, suppressedDays: 30 } };
const KEY = 'website|lead.created|1001';
const CONTEXT = {
  target: 'the stage prod in eu-central-1',
  again: 'npx holdfast erase ana@example.com --stage prod',
  linkOf: ({ recordId }: { recordId: string }) => `https://crm.example.com/${recordId}`,
};

const nothing: FoundPerson = {
  names: [{ kind: 'email', value: 'ana@example.com' }],
  events: [],
  heads: [],
  identities: [],
  deadLinks: [],
  submitters: [],
  looseBodies: [],
  leftovers: [],
  crmRecords: [],
  otherNames: [],
  sharing: [],
  mentions: [],
  damaged: [],
  items: 12,
};
const found: FoundPerson = {
  ...nothing,
  events: [
    {
      key: KEY,
      record: anEventRecord({ key: KEY, state: 'succeeded' }),
      requests: [{}],
      details: [],
      readings: [],
      history: [],
      payloadHashes: [],
      items: 2,
      listedUnder: [],
    },
  ],
  crmRecords: [{ module: 'Leads', recordId: '4150868000000376001' }],
};
const RESULT = {
  erased: [KEY],
  identities: [],
  inDelivery: [],
  inUse: [],
  removed: 3,
  letters: { removed: 0, isComplete: true },
};

describe('the plan of an erasure', () => {
  it('says what is kept, what lies in Zoho, and how to go on', () => {
    const lines = describeErasurePlan(found, CONTEXT);

    expect(lines[0]).toBe(
      'Kept of ana@example.com on the stage prod in eu-central-1, 12 items looked at:',
    );
    expect(lines.join('\n')).toContain(`2026-11-22 04:00:00 UTC  succeeded  ${KEY}`);
    expect(lines.join('\n')).toContain('  1 request as it came');
    expect(lines.join('\n')).toContain('https://crm.example.com/4150868000000376001');
    expect(lines.at(-1)).toBe('  npx holdfast erase ana@example.com --stage prod --reason "…"');
  });

  it('says so when there is nothing', () => {
    expect(describeErasurePlan(nothing, CONTEXT)).toEqual([
      'Nothing is kept of ana@example.com on the stage prod in eu-central-1: 12 items looked at.',
    ]);
  });

  it('names what it leaves alone, and how to say that it is the person’s, too', () => {
    const text = describeErasurePlan(
      {
        ...found,
        otherNames: [{ kind: 'email', value: "o'neill@example.com" }],
        sharing: ['website|lead.created|shared'],
        mentions: ['website|lead.created|mentioning'],
        damaged: ['EVT#x STATE'],
      },
      CONTEXT,
    ).join('\n');

    expect(text).toContain(`e-mail address o'neill@example.com:  --also 'o'\\''neill@example.com'`);
    expect(text).toContain('website|lead.created|shared');
    expect(text).toContain('website|lead.created|mentioning');
    expect(text).toContain('--stage prod --also KEY');
    expect(text).toContain('1 stored item cannot be read by this version');
  });
});

describe('the end of an erasure', () => {
  const remains = whatRemains({
    config: CONFIG,
    isLocal: false,
    nowMs: T0,
  });

  it('says that nothing is left, and what remains until when', () => {
    const text = describeErasure(
      found,
      { result: RESULT, left: nothing },
      { ...CONTEXT, remains },
    ).join('\n');

    expect(text).toContain('1 lead erased, 3 stored items deleted');
    expect(text).toContain('Nothing of the person is left in the table and the bucket');
    expect(text).toContain('point-in-time recovery of the table, until 2026-12-27');
    expect(text).toContain('messages in the queues, until 2026-12-06');
    expect(text).toContain('logs, until 2026-12-22');
    expect(text).toContain('tombstones, until 2027-12-27');
  });

  it('says what could not be erased, and how to try again', () => {
    const text = describeErasure(
      found,
      { result: { ...RESULT, erased: [], inDelivery: [KEY], inUse: ['hf_1'] }, left: found },
      { ...CONTEXT, remains },
    ).join('\n');

    expect(text).toContain('1 lead being delivered all the time');
    expect(text).toContain(KEY);
    expect(text).toContain('the merged state is not erased');
    expect(text).toContain('Run it again:\n  npx holdfast erase ana@example.com --stage prod');
    expect(text).not.toContain('Nothing of the person is left');
  });

  it('promises no backup where there is none', () => {
    const local = whatRemains({ config: CONFIG, isLocal: true, nowMs: T0 });

    expect(local.map(({ what }) => what)).not.toContain('point-in-time recovery of the table');
  });
});
