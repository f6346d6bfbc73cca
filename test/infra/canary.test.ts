import { describe, expect, it } from 'vitest';
import { CANARY_ENV_NAMES } from '../../lambdas/canary/env.ts';
import { CANARY_SOURCE } from '../../lambdas/core/pipeline-names.ts';
import { defineConfig, type HoldfastConfigInput } from '../../lambdas/core/config.ts';
import { permissionsIn } from './synthesized-permissions.ts';
import { aConfig, at, synthesize } from './template.ts';

const configWith = (canary: HoldfastConfigInput['canary']) => {
  const config = defineConfig({ sources: { demo: { provider: 'typeform' } }, canary });
  return aConfig({
    canary: config.canary,
    sources: { ...aConfig().sources, [CANARY_SOURCE]: config.sources[CANARY_SOURCE]! },
  });
};
const everything = (stack: ReturnType<typeof synthesize>) =>
  Object.keys(stack.template.toJSON()['Resources'] as object);

describe('a stage with a canary', () => {
  const stack = synthesize({ config: configWith({ everyMinutes: 5, patienceSeconds: 50 }) });
  const fn = stack.one('AWS::Lambda::Function', 'Canary/Canary/Function');

  it('has a function that is told where to post to, and ends after the canary’s patience', () => {
    const variables = at(fn, 'Environment', 'Variables') as Record<string, unknown>;

    expect(Object.keys(variables)).toEqual(expect.arrayContaining([...CANARY_ENV_NAMES]));
    expect(variables['CANARY_SECRET_ID']).toBe(`holdfast/dev/source/${CANARY_SOURCE}`);
    expect(JSON.stringify(variables['ENDPOINT'])).toContain('ApiEndpoint');
    expect(fn.properties['Timeout']).toBe(65);
  });

  it('lets that function read one kind of item and its own secret, and nothing else', () => {
    const allowed = permissionsIn(stack)
      .filter(({ role, action }) => role === 'canary' && !action.startsWith('logs:'))
      .map(({ action, resource }) => `${action} ${resource}`);

    expect(allowed.toSorted()).toEqual([
      'dynamodb:GetItem Events/Table',
      `secretsmanager:GetSecretValue Secrets/Source-${CANARY_SOURCE}`,
    ]);
  });

  it('calls it at the interval that is configured', () => {
    const rule = stack.one('AWS::Events::Rule', 'Canary/Interval');

    expect(rule.properties['ScheduleExpression']).toBe('rate(5 minutes)');
  });

  it('tells people when two in a row are missed, or none is sent', () => {
    const alarm = stack
      .resources('AWS::CloudWatch::Alarm')
      .find(({ properties }) => properties['MetricName'] === 'CanaryDelivered');

    expect(alarm?.properties).toMatchObject({
      Dimensions: [{ Name: 'service', Value: 'canary' }],
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      Period: 300,
      EvaluationPeriods: 2,
      DatapointsToAlarm: 2,
      Statistic: 'Maximum',
      TreatMissingData: 'breaching',
    });
  });

  it('has a first secret that its function and intake can sign and verify with', () => {
    const secret = stack.one('AWS::SecretsManager::Secret', `Secrets/Source-${CANARY_SOURCE}`);

    expect(at(secret, 'GenerateSecretString')).toMatchObject({ GenerateStringKey: 'current' });
  });
});

describe('a stage without a canary', () => {
  it.each([
    ['none is configured', synthesize()],
    ['delivery is off', synthesize({ config: configWith({}), context: { zohoEnabled: 'false' } })],
  ])('has neither function, schedule nor alarm of one: %s', (_, stack) => {
    expect(everything(stack).filter((id) => /^Canary|canary-missed/i.test(id))).toEqual([]);
    expect(JSON.stringify(stack.template.toJSON())).not.toContain('CanaryDelivered');
  });
});

describe('a canary that would overlap with the next one', () => {
  it('is refused, with what is allowed', () => {
    expect(() =>
      synthesize({ config: configWith({ everyMinutes: 1, patienceSeconds: 45 }) }),
    ).toThrow('canary.patienceSeconds is 45; it must be less than 45');
  });
});
