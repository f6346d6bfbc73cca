import { describe, expect, it } from 'vitest';
import {
  type FieldNotes,
  type FieldShape,
  noteSubmission,
  shapeOf,
  type SubmissionShape,
} from '../../../lambdas/core/field-notes.ts';
import { addNotes, isTypeChange, type SourceFields } from '../../../lambdas/core/source-fields.ts';
import { T0 } from '../../support/event-builders.ts';

const shape = (...fields: readonly (string | FieldShape)[]): SubmissionShape => ({
  fields: fields.map((field) =>
    typeof field === 'string' ? { name: field, type: 'text' } : field,
  ),
  hasPersonalNames: false,
});

/** Notes of submissions, one a second. */
function notesOf(shapes: readonly SubmissionShape[], startMs = T0): FieldNotes {
  let notes: FieldNotes | undefined;
  for (const [n, each] of shapes.entries()) {
    notes = noteSubmission(notes, each, startMs + n * 1_000);
  }
  return notes!;
}

/** What is known after batches of submissions, each written at once. */
function knownAfter(...batches: readonly (readonly SubmissionShape[])[]): SourceFields {
  let known: SourceFields | undefined;
  for (const batch of batches) known = addNotes(known, notesOf(batch), T0).known;
  return known!;
}

const times = (count: number, each: SubmissionShape) => Array<SubmissionShape>(count).fill(each);

describe('the shape of a submission', () => {
  it('has names and kinds of values, and no value', () => {
    const answers = [
      { key: 'email', value: 'ana@example.com' },
      { key: 'age', value: '42' },
      { key: 'news', value: 'true' },
      { key: 'blank', value: ' ' },
      { key: 'interests', value: ['a', 'b'] },
      { key: 'q1', type: 'short_text', value: '7' },
      { key: 'q2', type: 'choices', value: ['x'] },
      { key: 'q3', type: 'Ana Ng, Porto', value: 'x' },
    ];

    const { fields } = shapeOf(answers, {});

    expect(fields).toEqual([
      { name: 'email', type: 'text' },
      { name: 'age', type: 'number' },
      { name: 'news', type: 'boolean' },
      { name: 'blank' },
      { name: 'interests', type: 'list' },
      { name: 'q1', type: 'short_text' },
      { name: 'q2', type: 'choices list' },
      { name: 'q3', type: 'other' },
    ]);
  });

  it('says where a value went, if only one answer can have brought it', () => {
    const answers = [
      { key: 'a', value: 'ana@example.com' },
      { key: 'b', value: 'Porto' },
      { key: 'c', value: 'Porto' },
    ];

    const { fields } = shapeOf(answers, { email: 'ana@example.com', city: 'Porto' });

    expect(fields.map(({ goesInto }) => goesInto)).toEqual(['email', undefined, undefined]);
  });

  it.each([
    'ana@example.com',
    'answers.ana.ng@mail.example.com.score',
    '+12025550143',
    'call +44 20 7946 0123 first',
    '202-555-0143',
    '(202) 555.0143',
    'guests.2025550143',
  ])('leaves out the name %j, which looks like a person', (key) => {
    const found = shapeOf(
      [
        { key, value: 'x' },
        { key: 'email', value: 'y' },
      ],
      {},
    );

    expect(found.fields.map(({ name }) => name)).toEqual(['email']);
    expect(found.hasPersonalNames).toBe(true);
  });

  it.each(['@type', 'phone', 'q3_name', '1.3', 'field_12345678', '550e8400-e29b-41d4', '2026'])(
    'keeps the name %j',
    (key) => {
      const found = shapeOf([{ key, value: 'x' }], {});

      expect(found).toMatchObject({ fields: [{ name: key }], hasPersonalNames: false });
    },
  );

  it('cuts long names', () => {
    const { fields } = shapeOf([{ key: 'k'.repeat(500), value: 'x' }], {});

    expect(fields[0]?.name).toHaveLength(200);
  });
});

describe('what is known of a source', () => {
  it('counts how often a field came, in a row, and since when it is missing', () => {
    const known = knownAfter(
      [shape('a', 'b'), shape('a')],
      [shape('a', 'b', 'c'), shape('b')],
      times(2, shape('b')),
    );

    expect(known.submissions).toBe(6);
    expect(known.fields.get('a')).toMatchObject({ times: 3, inRow: 3, missed: 3, firstAfter: 0 });
    expect(known.fields.get('b')).toMatchObject({ times: 5, inRow: 4, missed: 0 });
    expect(known.fields.get('c')).toMatchObject({ times: 1, inRow: 1, missed: 3, firstAfter: 2 });
  });

  it('is the same however the submissions are cut into batches', () => {
    const all = [shape('a', 'b'), shape('a'), shape('b'), shape('a', 'b'), shape('c'), shape('a')];
    const whole = knownAfter(all);

    for (const cut of [1, 2, 3, 4, 5]) {
      const parts = knownAfter(all.slice(0, cut), all.slice(cut));
      for (const [name, { times: came, inRow, missed, firstAfter }] of whole.fields) {
        expect(parts.fields.get(name), `${name}, cut at ${cut}`).toMatchObject({
          times: came,
          inRow,
          missed,
          firstAfter,
        });
      }
    }
  });

  it('counts a name that a submission has twice once', () => {
    const known = knownAfter([shape('a', { name: 'a', type: 'list' })]);

    expect(known.fields.get('a')).toMatchObject({ times: 1, inRow: 1 });
    expect([...known.fields.get('a')!.types.keys()]).toEqual(['text', 'list']);
  });

  it('takes fields that come to a source that is known for news, and its first ones for the form', () => {
    const young = addNotes(knownAfter(times(9, shape('a'))), notesOf([shape('a', 'b')]), T0);
    const known = addNotes(knownAfter(times(10, shape('a'))), notesOf([shape('a', 'b')]), T0);
    const same = addNotes(known.known, notesOf([shape('a', 'b')]), T0);

    expect([young.hasNews, young.newFields]).toEqual([true, 0]);
    expect([known.hasNews, known.newFields]).toEqual([true, 1]);
    expect([same.hasNews, same.newFields]).toEqual([false, 0]);
  });

  it.each([
    ['text to list', 'text', 'list', true],
    ['list to text', 'list', 'text', true],
    ['number to text', 'number', 'text', true],
    ['text to number, which may be any text', 'text', 'number', false],
    ['text to boolean, which may be any text', 'text', 'boolean', false],
    ['one type of answer to another', 'short_text', 'dropdown', true],
  ])('knows %s as a change of type or not', (_name, before, after, isChange) => {
    const known = knownAfter(times(10, shape({ name: 'a', type: before })));

    const added = addNotes(known, notesOf([shape({ name: 'a', type: after })]), T0);

    expect(added.hasNews).toBe(true);
    expect(added.changedTypes).toBe(isChange ? 1 : 0);
    expect(isTypeChange(added.known.fields.get('a')!.types, after)).toBe(isChange);
    expect(isTypeChange(added.known.fields.get('a')!.types, before)).toBe(false);
  });

  it('learns the types of a young field without calling them changes, and blank values teach nothing', () => {
    const young = addNotes(
      knownAfter(times(9, shape({ name: 'a', type: 'number' }))),
      notesOf([shape('a')]),
      T0,
    );
    const blank = addNotes(knownAfter(times(20, shape({ name: 'a' }))), notesOf([shape('a')]), T0);

    expect([young.changedTypes, blank.changedTypes]).toEqual([0, 0]);
  });

  it('has room for 500 fields; those that have not come for 30 days make room for others', () => {
    const names = (prefix: string, count: number) =>
      shape(...Array.from({ length: count }, (_, n) => `${prefix}${n}`));
    const full = knownAfter([names('a', 600)]);
    const day = 24 * 60 * 60 * 1_000;

    const soon = addNotes(full, notesOf([names('b', 3)]), T0 + 30 * day);
    const late = addNotes(full, notesOf([names('b', 3)]), T0 + 31 * day);

    expect(full.fields.size).toBe(500);
    expect([soon.hasNews, soon.known.fields.has('b0')]).toEqual([false, false]);
    expect(late.hasNews).toBe(true);
    expect(late.known.fields.size).toBe(500);
    expect(late.known.fields.has('b2')).toBe(true);
  });
});
