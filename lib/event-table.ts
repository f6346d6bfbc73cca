import {
  AttributeType,
  BillingMode,
  ProjectionType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { OPEN_INDEX } from '../lambdas/core/pipeline-names.ts';
import type { Deployment } from './deployment.ts';
import { dataRemovalPolicy } from './lifecycle.ts';

/** The longest that DynamoDB keeps (Amazon DynamoDB, Point-in-time recovery, 1 to 35 days, read 2026-11-22). */
const RECOVERY_DAYS = 35;

/** The stage and the key of its table. */
export interface EventTableProps {
  readonly deployment: Deployment;
  readonly key: IKey;
  /** A table that was restored, to be taken over; without it, the stack makes one. */
  readonly restoredTable: string | undefined;
}

/**
 * The event store: what Holdfast has acknowledged, and what became of it.
 *
 * It can be restored to any second of the last 35 days, and neither a stack deletion nor a
 * replacement can take it away. The index projects keys only: an event's payload is never copied.
 *
 * A restored table takes its place under a name of its own in the template, too. So CloudFormation lets go of the one
 * before, which stays, and takes over the one that is there (AWS CloudFormation, Import resources automatically, read
 * 2026-11-22).
 */
export class EventTable extends Construct {
  readonly table: Table;

  constructor(scope: Construct, id: string, props: EventTableProps) {
    super(scope, id);
    const { deployment, key, restoredTable } = props;
    this.table = new Table(this, restoredTable ?? 'Table', {
      ...(restoredTable === undefined ? {} : { tableName: restoredTable }),
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: key,
      pointInTimeRecoverySpecification: {
        pointInTimeRecoveryEnabled: true,
        recoveryPeriodInDays: RECOVERY_DAYS,
      },
      timeToLiveAttribute: 'ttl',
      deletionProtection: !deployment.isDisposable,
      removalPolicy: dataRemovalPolicy(deployment),
    });
    this.table.addGlobalSecondaryIndex({
      indexName: OPEN_INDEX,
      partitionKey: { name: 'open_pk', type: AttributeType.STRING },
      sortKey: { name: 'open_sk', type: AttributeType.STRING },
      projectionType: ProjectionType.KEYS_ONLY,
    });
  }

  /** ARN of the index, for the one function that may query it. */
  get openIndexArn(): string {
    return `${this.table.tableArn}/index/${OPEN_INDEX}`;
  }
}
