import { FUNCTION_ENTRIES, type FunctionName } from '../../lib/bundling.ts';
import { LOCAL_CREDENTIALS } from '../../local/emulators/credentials.ts';
import { LOCAL_SECRET_IDS } from '../../local/local-secrets.ts';
import {
  LOCAL_BUCKET,
  LOCAL_DEAD_LETTER_QUEUE,
  LOCAL_DELIVERY_QUEUE,
  LOCAL_TABLE,
} from '../../local/local-stack.ts';
import { startWireTap, type TappedRequest, type WireTap } from './wire-tap.ts';

/** A person at the command line, by the policy that is attached to them. */
export type OperatorName = 'viewer' | 'operator';

/** Who called: a function, the mapping that reads the queue with the consumer's role, or a person. */
export type AwsCaller = FunctionName | OperatorName | 'event source mapping';

/** One AWS call, as IAM sees it. */
export interface AwsCall {
  readonly caller: AwsCaller;
  /** For example `dynamodb:PutItem`. */
  readonly action: string;
  /** The construct path of what it was made on, for example `Queues/Delivery`. */
  readonly resource: string;
}

/** What is recorded of the functions' calls. */
export interface AwsCallRecorder {
  /** Each different call once. */
  readonly calls: () => readonly AwsCall[];
  /** What could not be told apart or named: every such request is a hole in the record. */
  readonly unknown: () => readonly string[];
  /** An environment in which a function or a person signs as themselves and calls through the taps. */
  readonly envOf: <Env extends Readonly<Record<string, string | undefined>>>(
    name: FunctionName | OperatorName,
    env: Env,
  ) => Env;
  readonly stop: () => Promise<void>;
}

const CALLERS: readonly string[] = [
  ...Object.keys(FUNCTION_ENTRIES),
  ...(['viewer', 'operator'] satisfies OperatorName[]),
];

const ENDPOINTS = [
  // Services without a variable of their own.
  'AWS_ENDPOINT_URL',
  'AWS_ENDPOINT_URL_DYNAMODB',
  'AWS_ENDPOINT_URL_SQS',
  'AWS_ENDPOINT_URL_S3',
  'AWS_ENDPOINT_URL_SECRETS_MANAGER',
] as const;

/**
 * Records every AWS call of the functions, at the wire: there is no other way to an emulator.
 *
 * Each function signs with an access key of its own, and a signature names key and service, as AWS would tell
 * them: `AWS4-HMAC-SHA256 Credential=<access key>/<day>/<region>/<service>/aws4_request, …` (AWS General Reference,
 * Signature Version 4, read 2026-11-22).
 *
 * @param targets the emulators, by the variables in which functions find them
 */
export async function startAwsCallRecorder(
  targets: Readonly<Record<string, string | undefined>>,
): Promise<AwsCallRecorder> {
  const calls = new Map<string, AwsCall>();
  const unknown = new Set<string>();
  const record = (request: TappedRequest): void => {
    try {
      const call = readAwsCall(request);
      calls.set(`${call.caller} ${call.action} ${call.resource}`, call);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      unknown.add(`${request.method} ${request.path}: ${reason}`);
    }
  };
  const taps: WireTap[] = [];
  const tapped: Record<string, string> = {};
  for (const variable of ENDPOINTS) {
    const target = targets[variable];
    if (target === undefined) continue;
    const tap = await startWireTap(target, record);
    taps.push(tap);
    tapped[variable] = tap.url;
  }
  return {
    calls: () => [...calls.values()],
    unknown: () => [...unknown],
    envOf: (name, env) => ({ ...env, ...tapped, AWS_ACCESS_KEY_ID: name }),
    stop: async () => {
      await Promise.all(taps.map(async (tap) => await tap.stop()));
    },
  };
}

/**
 * Reads what a signed request asks of AWS.
 *
 * @throws {Error} it is not signed by somebody known, or is none that is known here
 */
function readAwsCall(request: TappedRequest): AwsCall {
  const credential = /Credential=([^/]+)\/\d{8}\/[^/]+\/([a-z0-9-]+)\/aws4_request/.exec(
    request.headers.authorization ?? '',
  );
  const [, accessKey = '', service = ''] = credential ?? [];
  const caller = callerOf(accessKey);
  switch (service) {
    case 'dynamodb':
      return { caller, ...dynamodbCall(request) };
    case 'sqs':
      return { caller, ...sqsCall(request) };
    case 'secretsmanager':
      return { caller, ...secretCall(request) };
    case 's3':
      return { caller, ...s3Call(request) };
    case 'cloudformation':
    case 'sns':
    case 'sts':
      return { caller, action: `${service}:${queryActionOf(request)}`, resource: '*' };
    case 'monitoring':
      return { caller, action: `cloudwatch:${operationOf(request, METRIC_LOOKS)}`, resource: '*' };
    case 'lambda':
      return { caller, action: `lambda:${lambdaLookOf(request)}`, resource: '*' };
    default:
      throw new Error(`the service ${service} is not known here`);
  }
}

function callerOf(accessKey: string): AwsCaller {
  if (CALLERS.includes(accessKey)) return accessKey as FunctionName | OperatorName;
  // Nothing else calls through the taps under the emulators' own key.
  if (accessKey === LOCAL_CREDENTIALS.accessKeyId) return 'event source mapping';
  throw new Error(`the access key ${accessKey} is nobody's`);
}

/** Operations that IAM knows by other names than the API would be listed here; of those in use there is none. */
const DYNAMODB_OPERATIONS = [
  'DeleteItem',
  'DescribeContinuousBackups',
  'DescribeTable',
  'DescribeTimeToLive',
  'GetItem',
  'PutItem',
  'Query',
  'Scan',
  'UpdateItem',
];

function dynamodbCall(request: TappedRequest): Omit<AwsCall, 'caller'> {
  const operation = operationOf(request, DYNAMODB_OPERATIONS);
  const { TableName: table, IndexName: index } = JSON.parse(request.body) as {
    readonly TableName?: string;
    readonly IndexName?: string;
  };
  if (table !== LOCAL_TABLE) throw new Error(`the table ${table} is not ours`);
  const resource = index === undefined ? 'Events/Table' : `Events/Table/index/${index}`;
  return { action: `dynamodb:${operation}`, resource };
}

/** A batch needs the permission of the single operation (Amazon SQS, API permissions, read 2026-11-22). */
const SQS_OPERATIONS = [
  'ChangeMessageVisibility',
  'ChangeMessageVisibilityBatch',
  'DeleteMessage',
  'DeleteMessageBatch',
  'GetQueueAttributes',
  'ReceiveMessage',
  'SendMessage',
  'SendMessageBatch',
];

const QUEUES: Readonly<Record<string, string>> = {
  [LOCAL_DELIVERY_QUEUE]: 'Queues/Delivery',
  [LOCAL_DEAD_LETTER_QUEUE]: 'Queues/DeadLetter',
};

function sqsCall(request: TappedRequest): Omit<AwsCall, 'caller'> {
  const operation = operationOf(request, SQS_OPERATIONS).replace(/Batch$/, '');
  const { QueueUrl: url = '' } = JSON.parse(request.body) as { readonly QueueUrl?: string };
  const resource = QUEUES[url.split('/').at(-1) ?? ''];
  if (resource === undefined) throw new Error(`the queue ${url} is not ours`);
  return { action: `sqs:${operation}`, resource };
}

const SECRET_OPERATIONS = [
  'DescribeSecret',
  'GetSecretValue',
  'PutSecretValue',
  'UpdateSecretVersionStage',
];

function secretCall(request: TappedRequest): Omit<AwsCall, 'caller'> {
  const operation = operationOf(request, SECRET_OPERATIONS);
  const { SecretId: id = '' } = JSON.parse(request.body) as { readonly SecretId?: string };
  return { action: `secretsmanager:${operation}`, resource: secretPath(id) };
}

function secretPath(id: string): string {
  if (id === LOCAL_SECRET_IDS.zoho) return 'Secrets/Zoho';
  if (id === LOCAL_SECRET_IDS.pepper) return 'Secrets/Pepper';
  if (id.startsWith(LOCAL_SECRET_IDS.sourcePrefix)) {
    return `Secrets/Source-${id.slice(LOCAL_SECRET_IDS.sourcePrefix.length)}`;
  }
  throw new Error(`the secret ${id} is not ours`);
}

const S3_ACTIONS: Readonly<Record<string, string>> = {
  PUT: 's3:PutObject',
  GET: 's3:GetObject',
  DELETE: 's3:DeleteObject',
};

function s3Call({ method, path }: TappedRequest): Omit<AwsCall, 'caller'> {
  if (method === 'GET' && path.startsWith(`/${LOCAL_BUCKET}/?list-type=2`)) {
    return { action: 's3:ListBucket', resource: 'Archive/Bucket' };
  }
  const [, bucket = '', name = ''] = /^\/([^/?]+)\/([^?]+)$/.exec(path) ?? [];
  const action = S3_ACTIONS[method];
  if (bucket !== LOCAL_BUCKET || action === undefined) {
    throw new Error('it is no call on an object of ours');
  }
  return { action, resource: `Archive/Bucket/${decodeURIComponent(name)}` };
}

/** What is looked at of services of which no emulator runs here; what they are asked about is not compared. */
const METRIC_LOOKS = ['DescribeAlarms', 'GetMetricData'];

const LAMBDA_LOOKS: Readonly<Record<string, RegExp>> = {
  ListEventSourceMappings: /^\/2015-03-31\/event-source-mappings\?/,
  GetFunctionConfiguration: /^\/2015-03-31\/functions\/[^/]+\/configuration$/,
};

function lambdaLookOf({ method, path }: TappedRequest): string {
  const found = Object.entries(LAMBDA_LOOKS).find(([, pattern]) => pattern.test(path));
  if (method !== 'GET' || found === undefined) throw new Error('no such look at Lambda is known');
  return found[0];
}

function queryActionOf({ body }: TappedRequest): string {
  const action = new URLSearchParams(body).get('Action');
  if (action === null) throw new Error('it names no action');
  return action;
}

function operationOf({ headers }: TappedRequest, known: readonly string[]): string {
  const target = String(headers['x-amz-target'] ?? '');
  const operation = target.split('.').at(-1) ?? '';
  if (!known.includes(operation)) throw new Error(`the operation ${target} is not known here`);
  return operation;
}
