import { AwsClient } from 'aws4fetch';
import { OperatorError } from '../operator-error.ts';
import { allElements } from './xml-elements.ts';

/** Who calls, and where. */
export interface AwsAccess {
  readonly region: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  /** `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_<SERVICE>` lead elsewhere, as with the SDK. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Services that are asked without an SDK client of their own, as the SDK's environment variables name them. */
export type AwsService = 'cloudformation' | 'cloudwatch' | 'lambda' | 'sns' | 'sts';

/** Where a service's name in addresses and signatures differs (AWS General Reference, endpoints, read 2026-11-22). */
const SIGNED_AS: Readonly<Partial<Record<AwsService, string>>> = { cloudwatch: 'monitoring' };

/** One call, without host and signature. */
export interface AwsCall {
  readonly method: 'GET' | 'POST';
  /** Path and query; `/` by default. */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What AWS answered with a good status. */
export interface AwsAnswer {
  readonly text: string;
  /** AWS's clock, to the second; absent where the answer does not say. Epoch milliseconds. */
  readonly dateMs?: number;
}

/** AWS refused a call. Without the right to it, `awsCode` is one of `DENIED_CODES`. */
export class AwsRefusedError extends OperatorError {
  readonly awsCode: string;

  constructor(message: string, awsCode: string) {
    super(message);
    this.awsCode = awsCode;
  }
}

const TIMEOUT_MS = 10_000;

/**
 * Makes a signed call to AWS.
 *
 * @throws {AwsRefusedError} AWS refused
 * @throws {OperatorError} AWS did not answer
 */
export async function callAws(
  { region, credentials, env }: AwsAccess,
  service: AwsService,
  { method, path = '/', headers = {}, body }: AwsCall,
): Promise<AwsAnswer> {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const client = new AwsClient({
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === undefined ? {} : { sessionToken }),
    service: SIGNED_AS[service] ?? service,
    region,
    retries: 3,
  });
  let response: Response;
  let text: string;
  try {
    response = await client.fetch(`${originOf(service, region, env)}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    text = await response.text();
  } catch (error) {
    throw new OperatorError(`AWS ${service} in ${region} did not answer.`, error);
  }
  if (response.ok) return { text, ...dateOf(response.headers.get('date')) };
  const { code, message } = refusalOf(text, response);
  throw new AwsRefusedError(`AWS ${service} in ${region} refused: ${code}: ${message}`, code);
}

function originOf(service: AwsService, region: string, env: AwsAccess['env']): string {
  const other = env[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] ?? env['AWS_ENDPOINT_URL'];
  if (other !== undefined && other !== '') return other.replace(/\/$/, '');
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return `https://${SIGNED_AS[service] ?? service}.${region}.${domain}`;
}

/** Query services answer errors in XML, the others in JSON: by a member, or by a header. */
function refusalOf(text: string, response: Response): { code: string; message: string } {
  const [code] = allElements(text, 'Code');
  const [message = NO_REASON] = allElements(text, 'Message');
  if (code !== undefined) return { code, message };
  const [jsonMessage = NO_REASON] = matchOf(text, /"[Mm]essage"\s*:\s*"((?:[^"\\]|\\.)*)"/);
  const [type] = [
    ...matchOf(text, /"__type"\s*:\s*"([^"]*)"/),
    response.headers.get('x-amzn-errortype') ?? `HTTP ${response.status}`,
  ];
  // `com.amazonaws.lambda#AccessDeniedException`, or `AccessDeniedException:http://…`.
  return { code: type?.replace(/^.*#/, '').replace(/:.*$/, '') ?? '', message: jsonMessage };
}

const NO_REASON = 'no reason given';

function matchOf(text: string, pattern: RegExp): readonly string[] {
  const found = pattern.exec(text)?.[1];
  return found === undefined ? [] : [found];
}

function dateOf(header: string | null): { dateMs?: number } {
  const dateMs = Date.parse(header ?? '');
  return Number.isNaN(dateMs) ? {} : { dateMs };
}
