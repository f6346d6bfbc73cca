/** A service that encrypts with our key, under the name that `kms:ViaService` has for it. */
export type KeyUser = 'dynamodb' | 'sqs' | 'secretsmanager' | 's3';

/**
 * What a role must be allowed on the key so that a service can serve it, by service. Nothing of it can be used on
 * the key directly: see `PipelineFunction`.
 *
 * - DynamoDB: what its page calls the minimum on a customer managed key, less `kms:CreateGrant`, which only whoever
 *   creates the table needs. CloudTrail shows `Decrypt` alone in a reader's name; whether the others could be left
 *   out here is not documented (Amazon DynamoDB, Encryption at rest, usage notes, read 2026-11-22).
 * - SQS: who sends needs both, who receives `Decrypt`; each function sends (Amazon SQS, Key management, read
 *   2026-11-22).
 * - Secrets Manager: `Decrypt` to read (AWS Secrets Manager, Secret encryption and decryption, read 2026-11-22).
 * - S3: `GenerateDataKey` for an upload in one part; an upload in several needs `Decrypt`, too, and is never made
 *   (Amazon S3, Protecting data with SSE-KMS, read 2026-11-22).
 */
export const KEY_ACTIONS: Readonly<Record<KeyUser, readonly string[]>> = {
  dynamodb: [
    'kms:Decrypt',
    'kms:DescribeKey',
    'kms:Encrypt',
    'kms:GenerateDataKey',
    'kms:GenerateDataKeyWithoutPlaintext',
    'kms:ReEncryptFrom',
    'kms:ReEncryptTo',
  ],
  sqs: ['kms:Decrypt', 'kms:GenerateDataKey'],
  secretsmanager: ['kms:Decrypt'],
  s3: ['kms:GenerateDataKey'],
};
