import { describe, expect, it } from 'vitest';
import type {
  AlarmState,
  TreatMissing,
} from '../../../../local/alarm-evaluator/alarm-definition.ts';
import { type Datapoint, decideState } from '../../../../local/alarm-evaluator/alarm-state.ts';

/** `0` is good, `X` breaching, `-` missing; the newest is on the right. */
const range = (points: string): readonly Datapoint[] =>
  points
    .split(' ')
    .map((point) => (point === '0' ? 'ok' : point === 'X' ? 'breaching' : 'missing'));

const decide = (
  points: string,
  datapointsToAlarm: number,
  treatMissing: TreatMissing,
  before: AlarmState = 'OK',
): AlarmState =>
  decideState(range(points), { evaluationPeriods: 3, datapointsToAlarm, treatMissing }, before);

const TREATMENTS = ['missing', 'ignore', 'breaching', 'notBreaching'] as const;
const RETAIN = 'retain';

/**
 * The cases of AWS's own tables: N = 3, range 5.
 *
 * @see Amazon CloudWatch, "Configuring how CloudWatch alarms treat missing data", read 2026-11-22
 */
const THREE_OF_THREE: readonly (readonly [string, readonly string[]])[] = [
  ['0 - X - X', ['OK', 'OK', 'OK', 'OK']],
  ['0 - - - -', ['OK', 'OK', 'OK', 'OK']],
  ['- - - - -', ['INSUFFICIENT_DATA', RETAIN, 'ALARM', 'OK']],
  ['0 X X - X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
  ['- - X - -', ['ALARM', RETAIN, 'ALARM', 'OK']],
];

const TWO_OF_THREE: readonly (readonly [string, readonly string[]])[] = [
  ['0 - X - X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
  ['0 0 X 0 X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
  ['0 - X - -', ['OK', 'OK', 'ALARM', 'OK']],
  ['- - - - 0', ['OK', 'OK', 'ALARM', 'OK']],
  ['- - - X -', ['ALARM', RETAIN, 'ALARM', 'OK']],
];

describe('the state of an alarm', () => {
  it.each(
    [
      ...THREE_OF_THREE.map(([points, states]) => [3, points, states] as const),
      ...TWO_OF_THREE.map(([points, states]) => [2, points, states] as const),
    ].flatMap(([m, points, states]) =>
      TREATMENTS.map((treatment, index) => [m, points, treatment, states[index]!] as const),
    ),
  )('with %i of 3 and "%s" is, missing data being %s, %s', (m, points, treatment, state) => {
    for (const before of ['OK', 'ALARM'] as const) {
      expect(decide(points, m, treatment, before)).toBe(state === RETAIN ? before : state);
    }
  });

  it.each(['- - - - X', '- - - X -'])('is not ALARM too soon for "%s" of 3', (points) => {
    expect(decide(points, 3, 'missing')).toBe('OK');
    expect(decide(points, 3, 'ignore')).toBe('OK');
  });

  it('goes by the newest points when there are more than it needs', () => {
    expect(decide('X X 0 0 0', 3, 'breaching')).toBe('OK');
    expect(decide('0 0 X X X', 3, 'notBreaching')).toBe('ALARM');
    expect(decide('X X X X 0', 3, 'ignore', 'ALARM')).toBe('OK');
  });

  it('fires on silence only after the last good point has left the range', () => {
    expect(decide('- 0 - - -', 3, 'breaching')).toBe('OK');
    expect(decide('0 - - - -', 3, 'breaching')).toBe('OK');
    expect(decide('- - - - -', 3, 'breaching')).toBe('ALARM');
  });

  it('stays in ALARM with "ignore" while nothing is heard, and ends with a good point', () => {
    expect(decide('- - - - -', 3, 'ignore', 'ALARM')).toBe('ALARM');
    expect(decide('- - - - 0', 3, 'ignore', 'ALARM')).toBe('OK');
  });

  it('fires at the first of one', () => {
    const one = (points: string): AlarmState =>
      decideState(
        range(points),
        { evaluationPeriods: 1, datapointsToAlarm: 1, treatMissing: 'notBreaching' },
        'OK',
      );

    expect([one('- - X'), one('- 0 X'), one('0 0 0'), one('- - -')]).toEqual([
      'ALARM',
      'ALARM',
      'OK',
      'OK',
    ]);
  });
});
