import { CANARY_SOURCE } from '../../lambdas/core/pipeline-names.ts';
import type { HoldfastConfig } from '../../lambdas/core/config.ts';
import { bindProvider } from '../../lambdas/providers/bind-provider.ts';
import { readsDetails } from '../../lambdas/providers/reads-details.ts';
import type { FunctionName } from '../../lib/bundling.ts';
import type { Permission } from './compare-permissions.ts';

/**
 * What the functions may do on AWS with a configuration, the key and their logs aside.
 *
 * It is the one list that everything is held to: the policies of the synthesized stack must be exactly this, each
 * integration test fails when a function calls anything else, and one of them must have called all of it.
 */
export function permissionsOf(config: HoldfastConfig): readonly Permission[] {
  const bound = Object.entries(config.sources).map(
    ([name, source]) => [`Secrets/Source-${name}`, bindProvider(source)] as const,
  );
  const thin = Object.entries(config.sources)
    .filter(([, source]) => readsDetails(source))
    .map(([name]) => `Secrets/Source-${name}`);
  const withSecret = bound.filter(([, one]) => one.hasSecret || one.detailsApi !== undefined);
  return [
    ...role('intake', {
      'dynamodb:GetItem': ['Events/Table'],
      'dynamodb:PutItem': ['Events/Table'],
      'dynamodb:UpdateItem': ['Events/Table'],
      's3:PutObject': ['Archive/Bucket/raw/*'],
      'secretsmanager:GetSecretValue': ['Secrets/Pepper', ...withSecret.map(([path]) => path)],
      'sqs:SendMessage': ['Queues/Delivery', 'Queues/DeadLetter'],
    }),
    ...role('consumer', {
      'dynamodb:GetItem': ['Events/Table'],
      'dynamodb:PutItem': ['Events/Table'],
      'dynamodb:UpdateItem': ['Events/Table'],
      's3:PutObject': thin.length === 0 ? [] : ['Archive/Bucket/raw/*-details.gz'],
      'secretsmanager:GetSecretValue': ['Secrets/Pepper', 'Secrets/Zoho', ...thin],
      'sqs:ChangeMessageVisibility': ['Queues/Delivery'],
      'sqs:DeleteMessage': ['Queues/Delivery'],
      'sqs:GetQueueAttributes': ['Queues/Delivery'],
      'sqs:ReceiveMessage': ['Queues/Delivery'],
      'sqs:SendMessage': ['Queues/DeadLetter'],
    }),
    ...role('sweeper', {
      'dynamodb:GetItem': ['Events/Table'],
      'dynamodb:Query': ['Events/Table/index/open'],
      'dynamodb:UpdateItem': ['Events/Table'],
      'sqs:GetQueueAttributes': ['Queues/DeadLetter'],
      'sqs:SendMessage': ['Queues/Delivery', 'Queues/DeadLetter'],
    }),
    ...(config.canary === undefined
      ? []
      : role('canary', {
          'dynamodb:GetItem': ['Events/Table'],
          'secretsmanager:GetSecretValue': [`Secrets/Source-${CANARY_SOURCE}`],
        })),
  ];
}

function role(
  name: FunctionName,
  actions: Readonly<Record<string, readonly string[]>>,
): readonly Permission[] {
  return Object.entries(actions).flatMap(([action, resources]) =>
    resources.map((resource) => ({ role: name, action, resource })),
  );
}
