import { describe, expect, it } from 'vitest';
import type { SampleLead } from '../../../../local/samples/sample-lead.ts';
import {
  fillExample,
  listExamples,
  readExample,
} from '../../../../local/samples/webhook-example.ts';

const LEAD: SampleLead = {
  id: 'ab12',
  firstName: 'Ana',
  lastName: 'Ng',
  email: 'ana.ng@example.com',
  phone: '+12025550100',
  company: 'Example Ltd',
  submittedAtMs: Date.parse('2026-11-22T04:00:00.123Z'),
};
const fill = (value: Parameters<typeof fillExample>[0], lead = LEAD) =>
  fillExample(value, lead, 'the-secret');

describe('an example', () => {
  it('is filled in wherever a placeholder stands, names of members too', () => {
    const filled = fill({
      'q-{{id}}': ['{{first_name}} {{last_name}}', { to: '{{email}}', tel: '{{phone}}' }],
      at: '{{submitted_at}}, {{submitted_at_s}}, {{submitted_at_ms}}',
      key: '{{secret}}',
      other: [1, true, null, '{{company}}', '{{message}}'],
    });

    expect(filled).toEqual({
      'q-ab12': ['Ana Ng', { to: 'ana.ng@example.com', tel: '+12025550100' }],
      at: '2026-11-22T04:00:00Z, 1795320000, 1795320000123',
      key: 'the-secret',
      other: [1, true, null, 'Example Ltd', 'Please show us how it works'],
    });
  });

  it('does not fill in what a value of the person looks like', () => {
    const filled = fill('{{first_name}} {{last_name}}', { ...LEAD, firstName: '{{email}}' });

    expect(filled).toBe('{{email}} Ng');
  });

  it('has a number where a number is asked for, and 18 digits that are the id alone', () => {
    const [one, same, other] = [LEAD, { ...LEAD, firstName: 'Eva' }, { ...LEAD, id: 'ab13' }].map(
      (lead) => JSON.stringify(fill('{{digits}}', lead)),
    );

    expect(fill('{{number:submitted_at_ms}}')).toBe(1_795_320_000_123);
    expect(one).toMatch(/^"[1-9]\d{17}"$/);
    expect(same).toBe(one);
    expect(other).not.toBe(one);
  });

  it('takes further answers as members and as items, and none by default', () => {
    const example = {
      list: ['first', { '{{for_each_answer}}': { q: '{{question}}', a: '{{answer}}' } }],
      flat: { '{{answers}}': '', email: '{{email}}' },
    };

    expect(fill(example)).toEqual({ list: ['first'], flat: { email: 'ana.ng@example.com' } });
    expect(fill(example, { ...LEAD, answers: { Budget: '5k', Team: '{{id}}' } })).toEqual({
      list: ['first', { q: 'Budget', a: '5k' }, { q: 'Team', a: '{{id}}' }],
      flat: { Budget: '5k', Team: '{{id}}', email: 'ana.ng@example.com' },
    });
  });

  it('says which placeholder it does not know', () => {
    expect(() => fill('{{fist_name}}')).toThrow('{{fist_name}} is no placeholder of an example');
  });

  it('is found by its name', () => {
    expect(listExamples()).toContain('typeform');
    expect(readExample('typeform').provider).toBe('typeform');
    expect(() => readExample('nobody')).toThrow(/nobody/);
  });
});
