import { describe, expect, it } from 'vitest';
import { defineConfig, type HoldfastConfig } from '../../lambdas/core/config.ts';
import { withEveryProvider } from '../../local/samples/every-provider.ts';
import type { AwsCall } from '../support/aws-calls.ts';
import {
  comparePermissions,
  type Exception,
  notPermitted,
  type Permission,
} from '../support/compare-permissions.ts';
import { permissionsOf } from '../support/permissions.ts';
import { keyUsesIn, permissionsIn } from './synthesized-permissions.ts';
import { aConfig, synthesize } from './template.ts';

const everyProvider = withEveryProvider(aConfig());
const withJotformApi: HoldfastConfig = aConfig({
  sources: defineConfig({ sources: { form: { provider: 'jotform', readDetails: true } } }).sources,
});

const text = ({ role, action, resource }: Permission): string => `${role} ${action} ${resource}`;

describe('what the roles of the stack allow', () => {
  it.each([
    ['a few sources', aConfig()],
    ['a source of every provider', everyProvider],
    ['a source that reads details because it was asked to', withJotformApi],
    ['no source with a secret', aConfig({ sources: { website: aConfig().sources['website']! } })],
  ])('is exactly the list that the functions’ calls are held to: %s', (_, config) => {
    const inStack = permissionsIn(synthesize({ config }))
      .filter(({ action }) => !action.startsWith('logs:'))
      .map(text);

    expect(inStack.toSorted()).toEqual(permissionsOf(config).map(text).toSorted());
  });

  it('lets the consumer read no secret of a source whose webhooks tell all', () => {
    const asked = permissionsIn(synthesize({ config: everyProvider }))
      .filter(({ role, action }) => role === 'consumer' && action.startsWith('secretsmanager:'))
      .map(({ resource }) => resource);

    expect(new Set(asked)).toEqual(
      new Set([
        'Secrets/Pepper',
        'Secrets/Zoho',
        'Secrets/Source-hubspot',
        'Secrets/Source-linkedin',
        'Secrets/Source-meta',
      ]),
    );
  });
});

/** Calls that use everything which the roles of a stack allow. */
function callsThatUse(permissions: readonly Permission[]): AwsCall[] {
  return permissions.map(({ role, action, resource }) => ({
    caller: role,
    action,
    resource: resource.replaceAll('*', '2026-11-22/some-name'),
  }));
}

describe('the comparison of calls and permissions', () => {
  const stack = synthesize({ config: everyProvider });
  const permissions = permissionsIn(stack);
  const calls = callsThatUse(permissions);

  it('finds nothing where each permission is used and each call allowed', () => {
    expect(comparePermissions(calls, permissions, [])).toEqual({
      missing: [],
      unused: [],
      needless: [],
    });
  });

  it('misses every single permission that is taken out of the policies', () => {
    for (const taken of permissions) {
      const left = permissions.filter((one) => one !== taken);

      const { missing } = comparePermissions(calls, left, []);

      // What a wider permission covers as well is not missed.
      const isCovered = left.some((one) => notPermitted(callsThatUse([taken]), [one]).length === 0);
      expect([text(taken), missing.length]).toEqual([text(taken), isCovered ? 0 : 1]);
    }
  });

  it.each<Permission>([
    { role: 'intake', action: 'dynamodb:DeleteItem', resource: 'Events/Table' },
    { role: 'intake', action: 'dynamodb:GetItem', resource: 'Events/Table/index/*' },
    { role: 'sweeper', action: 'dynamodb:PutItem', resource: 'Events/Table' },
    { role: 'consumer', action: 'secretsmanager:GetSecretValue', resource: 'Secrets/Source-tally' },
    { role: 'consumer', action: 's3:PutObject', resource: 'Archive/Bucket/other/*' },
    { role: 'sweeper', action: 'sqs:*', resource: 'Queues/Delivery' },
    { role: 'intake', action: 'dynamodb:GetItem', resource: '*' },
  ])('tells of $action on $resource, which is added to the role of $role', (added) => {
    const { unused } = comparePermissions(calls, [...permissions, added], []);

    // A star on every resource would cover calls that are made, and is found by itself: see functions.test.ts.
    expect(unused).toEqual(
      added.resource === '*' ? [] : [`${added.role}: ${added.action} on ${added.resource}`],
    );
  });

  it('holds each role to its own permissions, and the mapping to those of the consumer', () => {
    const asSweeper: AwsCall = {
      caller: 'sweeper',
      action: 'dynamodb:PutItem',
      resource: 'Events/Table',
    };
    const asMapping: AwsCall = {
      caller: 'event source mapping',
      action: 'sqs:ReceiveMessage',
      resource: 'Queues/Delivery',
    };

    expect(notPermitted([asSweeper, asMapping], permissions)).toEqual([
      'sweeper: dynamodb:PutItem on Events/Table',
    ]);
  });

  it('reads a star as IAM does, and nothing else as a pattern', () => {
    const details: Permission = {
      role: 'consumer',
      action: 's3:PutObject',
      resource: 'Archive/Bucket/raw/*-details.gz',
    };
    const put = (name: string): AwsCall => ({
      caller: 'consumer',
      action: 's3:PutObject',
      resource: `Archive/Bucket/${name}`,
    });

    const refused = [
      'raw/2026-11-22/a.gz',
      'other/a-details.gz',
      'raw/a-detailsXgz',
      'raw/-details',
    ];

    expect(notPermitted([put('raw/2026-11-22/a-details.gz')], [details])).toEqual([]);
    expect(notPermitted(refused.map(put), [details])).toHaveLength(refused.length);
  });

  it('accepts an exception only for what is allowed and never called', () => {
    const exception: Exception = { role: 'all', action: 'logs:PutLogEvents', reason: 'by Lambda' };
    const unknown: Exception = { role: 'intake', action: 'sqs:PurgeQueue', reason: 'no such' };
    const withoutLogs = calls.filter(({ action }) => action !== 'logs:PutLogEvents');

    expect(comparePermissions(withoutLogs, permissions, [exception])).toMatchObject({
      unused: [],
      needless: [],
    });
    expect(comparePermissions(calls, permissions, [exception, unknown]).needless).toEqual([
      'all: logs:PutLogEvents',
      'intake: sqs:PurgeQueue',
    ]);
  });

  it('knows through which services the key is used', () => {
    expect(keyUsesIn(stack)).toEqual([
      'intake dynamodb',
      'intake sqs',
      'intake secretsmanager',
      'intake s3',
      'consumer dynamodb',
      'consumer sqs',
      'consumer secretsmanager',
      'consumer s3',
      'sweeper dynamodb',
      'sweeper sqs',
    ]);
  });
});
