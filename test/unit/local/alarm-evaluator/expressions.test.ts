import { describe, expect, it } from 'vitest';
import { parseRule } from '../../../../local/alarm-evaluator/alarm-rule.ts';
import { parseMath } from '../../../../local/alarm-evaluator/metric-math.ts';

describe('metric math', () => {
  it.each([
    ['1 + 2 * 3', 7],
    ['(1 + 2) * 3', 9],
    ['10 - 4 - 3', 3],
    ['100 * failed / calls', 25],
    ['IF(calls >= 10, 100 * failed / calls, 0)', 25],
    ['IF(calls >= 13, 100 * failed / calls, 0)', 0],
    ['calls > failed', 1],
    ['calls == failed', 0],
    ['calls - failed != 9', 0],
  ])('computes %s', (expression, value) => {
    expect(parseMath(expression)({ calls: 12, failed: 3 })).toBe(value);
  });

  it('has no value where a metric that it needs has none, or nothing to divide by', () => {
    expect(parseMath('calls - failed')({ calls: 12 })).toBeUndefined();
    expect(parseMath('IF(calls >= 10, failed / calls, 0)')({ calls: 12 })).toBeUndefined();
    expect(parseMath('IF(calls >= 10, failed, 0)')({ failed: 1 })).toBeUndefined();
    expect(parseMath('failed / calls')({ calls: 0, failed: 0 })).toBeUndefined();
  });

  it('has the value that stands in for a missing one', () => {
    const share = parseMath('IF(FILL(calls, 0) >= 10, 100 * FILL(failed, 0) / calls, 0)');

    expect([share({}), share({ calls: 12 }), share({ calls: 12, failed: 3 })]).toEqual([0, 0, 25]);
  });

  it('does not need what the condition leaves out', () => {
    expect(parseMath('IF(calls >= 10, failed, 0)')({ calls: 2 })).toBe(0);
  });

  it.each([
    'FILL(calls)',
    'RATE(calls)',
    'calls +',
    'calls failed',
    '(calls',
    'METRICS()',
    '1 ? 2',
  ])('refuses %s, which it does not know', (expression) => {
    expect(() => parseMath(expression)).toThrow('where it is not known');
  });
});

describe('the rule of an alarm over alarms', () => {
  it.each([
    ['ALARM("a")', ['a'], true],
    ['ALARM("a")', [], false],
    ['(ALARM("a") OR ALARM("b"))', ['b'], true],
    ['ALARM("a") AND ALARM("b")', ['b'], false],
    ['ALARM("a") AND NOT ALARM("b")', ['a'], true],
    ['ALARM("a") OR ALARM("b") AND ALARM("c")', ['a'], true],
    ['(ALARM("a") OR ALARM("b")) AND ALARM("c")', ['a'], false],
    ['NOT (ALARM("a") OR ALARM("b"))', [], true],
  ])('%s with %j in alarm is %s', (rule, inAlarm, met) => {
    expect(parseRule(rule)((name) => inAlarm.includes(name))).toBe(met);
  });

  it.each(['OK("a")', 'ALARM(a)', 'ALARM("a") ALARM("b")', 'ALARM("a"', ''])(
    'refuses %s, which it does not know',
    (rule) => {
      expect(() => parseRule(rule)).toThrow('where it is not known');
    },
  );
});
