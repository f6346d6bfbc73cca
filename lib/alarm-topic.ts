import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription, UrlSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { HoldfastConfig } from '../lambdas/core/config.ts';
import type { Deployment } from './deployment.ts';

type AlarmSubscription = HoldfastConfig['alarms']['subscriptions'][number];

/** Whom a stage's alarms reach. */
export interface OnCallProps {
  readonly config: Pick<HoldfastConfig, 'alarms'>;
  readonly deployment: Deployment;
  readonly key: IKey;
}

/**
 * The topics of the alarms: one for whoever is told of all, and one for whoever is told only that leads may be
 * lost. While nobody asks for the latter alone, all of it goes to the first.
 */
export function tellOnCall(
  scope: Construct,
  { config, deployment, key }: OnCallProps,
): { readonly topic: ITopic; readonly urgentTopic: ITopic } {
  const wanting = (urgency: 'any' | 'high'): readonly AlarmSubscription[] =>
    config.alarms.subscriptions.filter((one) => (one.urgency ?? 'any') === urgency);
  const shared = { deployment, key };
  const { topic } = new AlarmTopic(scope, 'OnCall', { ...shared, subscriptions: wanting('any') });
  const urgent = wanting('high');
  if (urgent.length === 0) return { topic, urgentTopic: topic };
  const { topic: urgentTopic } = new AlarmTopic(scope, 'Urgent', {
    ...shared,
    subscriptions: urgent,
  });
  return { topic, urgentTopic };
}

/** Who is told of alarms. */
export interface AlarmTopicProps {
  readonly deployment: Deployment;
  readonly key: IKey;
  readonly subscriptions: readonly AlarmSubscription[];
}

/** Where alarms go, and whom they reach. Every subscriber must confirm once. */
export class AlarmTopic extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, { deployment, key, subscriptions }: AlarmTopicProps) {
    super(scope, id);
    this.topic = new Topic(this, 'Topic', {
      displayName: `Holdfast ${deployment.stage}`,
      masterKey: key,
      enforceSSL: true,
    });
    this.letAlarmsPublish();
    for (const subscription of subscriptions) this.subscribe(subscription);
  }

  /** A topic with a policy of its own has lost the default one, under which alarms may publish. */
  private letAlarmsPublish(): void {
    const { partition, region, account } = Stack.of(this);
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsPublish',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: {
          StringEquals: { 'aws:SourceAccount': account },
          ArnLike: {
            'aws:SourceArn': `arn:${partition}:cloudwatch:${region}:${account}:alarm:*`,
          },
        },
      }),
    );
  }

  private subscribe(subscription: AlarmSubscription): void {
    switch (subscription.protocol) {
      case 'email':
        this.topic.addSubscription(new EmailSubscription(subscription.endpoint));
        return;
      case 'https':
        this.topic.addSubscription(new UrlSubscription(subscription.endpoint));
        return;
    }
  }
}
