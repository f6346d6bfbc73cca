import { AwsClient } from 'aws4fetch';
import { OperatorError } from './operator-error.ts';

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

const TIMEOUT_MS = 10_000;

/**
 * Reads the outputs of a CloudFormation stack.
 *
 * Two calls need no SDK client of their own; the answers are XML (AWS CloudFormation, DescribeStacks, and
 * AWS STS, GetCallerIdentity, read 2026-11-22).
 *
 * @returns output key → value
 * @throws {OperatorError} there is no such stack, or AWS refused or did not answer
 */
export async function readStackOutputs(
  access: AwsAccess,
  stackName: string,
): Promise<Readonly<Record<string, string>>> {
  const xml = await query(access, 'cloudformation', {
    Action: 'DescribeStacks',
    Version: '2010-05-15',
    StackName: stackName,
  });
  return Object.fromEntries(
    all(xml, 'member').flatMap((member) => {
      const [key] = all(member, 'OutputKey');
      const [value] = all(member, 'OutputValue');
      return key === undefined || value === undefined ? [] : [[key, value] as const];
    }),
  );
}

/**
 * Reads who the credentials belong to.
 *
 * @returns an ARN
 * @throws {OperatorError} AWS refused or did not answer
 */
export async function readCallerArn(access: AwsAccess): Promise<string> {
  const xml = await query(access, 'sts', { Action: 'GetCallerIdentity', Version: '2011-06-15' });
  const [arn] = all(xml, 'Arn');
  if (arn === undefined) throw new OperatorError('AWS STS did not say who these credentials are.');
  return arn;
}

async function query(
  { region, credentials, env }: AwsAccess,
  service: 'cloudformation' | 'sts',
  parameters: Readonly<Record<string, string>>,
): Promise<string> {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const client = new AwsClient({
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === undefined ? {} : { sessionToken }),
    service,
    region,
    retries: 3,
  });
  let response: Response;
  let text: string;
  try {
    response = await client.fetch(endpointOf(service, region, env), {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
      body: new URLSearchParams(parameters).toString(),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    text = await response.text();
  } catch (error) {
    throw new OperatorError(`AWS ${service} in ${region} did not answer.`, error);
  }
  if (response.ok) return text;
  const [code = `HTTP ${response.status}`] = all(text, 'Code');
  const [message = 'no reason given'] = all(text, 'Message');
  throw new OperatorError(`AWS ${service} in ${region} refused: ${code}: ${message}`);
}

function endpointOf(
  service: 'cloudformation' | 'sts',
  region: string,
  env: AwsAccess['env'],
): string {
  const other = env[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] ?? env['AWS_ENDPOINT_URL'];
  if (other !== undefined && other !== '') return other;
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return `https://${service}.${region}.${domain}/`;
}

/** The innermost elements of a name, as text. AWS's answers have neither attributes nor CDATA here. */
function all(xml: string, name: string): readonly string[] {
  const pattern = new RegExp(`<${name}>((?:(?!<${name}>)[\\s\\S])*?)</${name}>`, 'g');
  return [...xml.matchAll(pattern)].map((match) => unescapeXml(match[1] ?? ''));
}

function unescapeXml(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}
