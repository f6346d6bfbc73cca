import { Duration, Stack, Validations } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type CfnBucket,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import { Construct, type IConstruct } from 'constructs';
import type { Deployment } from './deployment.ts';
import { dataRemovalPolicy } from './lifecycle.ts';

/** How the archive is encrypted, and how long it keeps bodies. */
export interface ArchiveBucketProps {
  readonly deployment: Deployment;
  readonly key: IKey;
  /** Days that a raw body is kept, 14–3,650. */
  readonly rawDays: number;
}

/**
 * Raw bodies that do not fit into a table item (over 300 KB gzipped).
 *
 * Without versions: what is erased for a person is gone at once.
 */
export class ArchiveBucket extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, { deployment, key, rawDays }: ArchiveBucketProps) {
    super(scope, id);
    this.bucket = new Bucket(this, 'Bucket', {
      encryption: BucketEncryption.KMS,
      encryptionKey: key,
      bucketKeyEnabled: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      removalPolicy: dataRemovalPolicy(deployment),
      lifecycleRules: [
        {
          id: 'raw-bodies-expire',
          expiration: Duration.days(rawDays),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
    });
    Validations.of(this.bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'Nearly all personal data lies in the table, which has no access log of this kind, and such a log cannot ' +
        'be encrypted with the stage’s own key. CloudTrail data events tell of both, by principal: SECURITY.md ' +
        'says how to switch them on.',
    });
  }

  /** ARN pattern of the bodies that senders post; `payload-items.ts` names them. */
  get bodiesArn(): string {
    return this.bucket.arnForObjects('raw/*');
  }

  /** ARN pattern of the details that providers' APIs answer. */
  get detailsArn(): string {
    return this.bucket.arnForObjects('raw/*-details.gz');
  }

  /** Says why a function may write any object under a pattern: its name is made when it arrives. */
  acknowledgeNames(writer: IConstruct, pattern: 'raw/*' | 'raw/*-details.gz'): void {
    const bucket = Stack.of(this).getLogicalId(this.bucket.node.defaultChild as CfnBucket);
    Validations.of(writer).acknowledge({
      id: `AwsSolutions-IAM5[Resource::<${bucket}.Arn>/${pattern}]`,
      reason:
        'An object’s name holds the day, a random id and a hash, which are not known before it is written. The ' +
        'function may put such objects, and can neither read, list nor delete any.',
    });
  }
}
