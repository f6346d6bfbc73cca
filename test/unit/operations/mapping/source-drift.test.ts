import { describe, expect, it } from 'vitest';
import type { FieldNote } from '../../../../lambdas/core/field-notes.ts';
import type { CanonicalField } from '../../../../lambdas/core/lead-event.ts';
import { driftOf } from '../../../../lambdas/operations/mapping/source-drift.ts';
import { describeDrift } from '../../../../local/operator/source/run-source-drift.ts';
import { aFieldNote, aSourceFields } from '../../../contract/source-fields-contract.ts';
import { T0 } from '../../../support/event-builders.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;

function drift(
  notes: Readonly<Record<string, Partial<FieldNote>>>,
  fields: Readonly<Record<string, CanonicalField>> = {},
  nowMs = T0 + DAY_MS,
) {
  const known = aSourceFields({
    submissions: 100,
    fields: new Map(Object.entries(notes).map(([name, note]) => [name, aFieldNote(note)])),
  });
  return driftOf('website', { fields }, known, nowMs);
}

const flagsOf = (found: ReturnType<typeof drift>, name = 'a') =>
  found.fields.find((field) => field.name === name)?.flags;

describe('the drift of a source', () => {
  it('says since when, how often, of what type and into what a field comes', () => {
    const types = new Map([
      ['number', { firstSeenMs: T0, after: 4 }],
      ['text', { firstSeenMs: T0, after: 0 }],
    ]);

    const found = drift({ a: { times: 45, firstAfter: 10, types, goesInto: 'city' } });

    expect(found.fields).toEqual([
      {
        name: 'a',
        knownSince: '2026-11-22T04:00:00.000Z',
        lastSeen: '2026-11-22T04:00:00.001Z',
        share: 0.5,
        types: ['text', 'number'],
        goesInto: 'city',
        flags: ['new'],
      },
    ]);
  });

  it('shows what the configuration says before what was seen', () => {
    const found = drift({ a: { goesInto: 'city' } }, { a: 'company' });

    expect(found.fields[0]?.goesInto).toBe('company');
  });

  it.each([
    ['that came to a known source yesterday', { firstAfter: 10 }, T0 + DAY_MS, ['new']],
    ['of the form as it was first seen', { firstAfter: 9 }, T0 + DAY_MS, []],
    ['that came a week ago', { firstAfter: 10 }, T0 + 7 * DAY_MS, []],
  ])('flags a field %s', (_name, note, nowMs, flags) => {
    expect(flagsOf(drift({ a: note }, {}, nowMs))).toEqual(flags);
  });

  it.each([
    ['always came, and not in the last three', { inRow: 10, missed: 3 }, ['missing']],
    ['always came, but for the last two', { inRow: 10, missed: 2 }, []],
    ['came now and then', { inRow: 9, missed: 50 }, []],
  ])('flags a field as missing or not that %s', (_name, note, flags) => {
    expect(flagsOf(drift({ a: note }))).toEqual(flags);
  });

  it('flags a configured field that has not come for long, or never', () => {
    const found = drift(
      { a: { inRow: 1, missed: 20 }, b: { goesInto: 'email' } },
      { a: 'company', never: 'job_title', other_name_of_b: 'email' },
    );

    expect(flagsOf(found, 'a')).toEqual(['missing']);
    expect(found.fields.find(({ name }) => name === 'never')).toEqual({
      name: 'never',
      share: 0,
      types: [],
      goesInto: 'job_title',
      flags: ['missing'],
    });
    expect(flagsOf(found, 'other_name_of_b')).toBeUndefined();
  });

  it('flags a type that is another one, for a week', () => {
    const types = new Map([
      ['text', { firstSeenMs: T0 - DAY_MS, after: 0 }],
      ['list', { firstSeenMs: T0, after: 11 }],
    ]);

    expect(flagsOf(drift({ a: { types } }))).toEqual(['type changed']);
    expect(flagsOf(drift({ a: { types } }, {}, T0 + 7 * DAY_MS))).toEqual([]);
  });

  it('has what is flagged first, then what comes most', () => {
    const found = drift({
      rare: { times: 1 },
      often: { times: 90 },
      gone: { times: 2, inRow: 10, missed: 9 },
    });

    expect(found.fields.map(({ name }) => name)).toEqual(['gone', 'often', 'rare']);
  });

  it('knows nothing of a source that has sent nothing, and reproaches it with nothing', () => {
    const found = driftOf('website', { fields: { a: 'company' } }, undefined, T0);

    expect(found.submissions).toBe(0);
    expect(found.fields).toMatchObject([{ name: 'a', flags: [] }]);
    expect(describeDrift([found], 'x')).toContain('website: nothing known yet');
  });

  it('is shown as a table in which no name moves the cursor', () => {
    const found = drift({ 'a\u001b[2J': { times: 100 }, ['b'.repeat(60)]: {} });

    const text = describeDrift([found], 'the stage prod').join('\n');

    expect(text).toContain('website: 100 submissions noted since 2026-11-22 04:00:00 UTC');
    expect(text).toMatch(/ {2}a�\[2J +- +100 % +text +2026-11-22/);
    expect(text).toContain(`${'b'.repeat(39)}… `);
    expect(text).not.toContain('\u001b');
  });
});
