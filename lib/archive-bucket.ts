import { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
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
  }
}
