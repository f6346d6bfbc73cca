import { AwsClient } from 'aws4fetch';
import { ACCOUNT, REGION } from './emulator.ts';

/** Calls of services of which the project has no client: signed requests, and their answers as they come. */
export interface AwsCalls {
  /** A call of the Query protocol. @returns XML @throws {AwsRefusal} */
  query(
    service: 'cloudformation' | 'iam' | 'monitoring' | 'sns' | 'sts' | 'sqs',
    action: string,
    parameters?: Readonly<Record<string, string>>,
  ): Promise<string>;
  /** A call of the JSON protocol. @param target with its prefix, for example `TrentService.DescribeKey` */
  json(service: string, target: string, body: object): Promise<Readonly<Record<string, unknown>>>;
  /** A GET of a REST service. */
  get(service: string, path: string): Promise<Readonly<Record<string, unknown>>>;
}

/** A service said no. */
export class AwsRefusal extends Error {
  readonly code: string;

  constructor(what: string, status: number, text: string) {
    const [, code = `HTTP ${status}`] = /<Code>([^<]*)|"__type":\s*"([^"]*)/.exec(text) ?? [];
    super(`${what} was refused: ${text.slice(0, 500)}`);
    this.name = 'AwsRefusal';
    this.code = code;
  }
}

const VERSIONS = {
  cloudformation: '2010-05-15',
  iam: '2010-05-08',
  monitoring: '2010-08-01',
  sns: '2010-03-31',
  sts: '2011-06-15',
  sqs: '2012-11-05',
} as const;

/** @param url of the emulator */
export function createAwsCalls(url: string): AwsCalls {
  const send = async (service: string, path: string, init: RequestInit, what: string) => {
    const client = new AwsClient({
      accessKeyId: ACCOUNT,
      secretAccessKey: 'test',
      service,
      region: REGION,
      retries: 0,
    });
    const response = await client.fetch(`${url}${path}`, init);
    const text = await response.text();
    if (!response.ok) throw new AwsRefusal(what, response.status, text);
    return text;
  };
  const asObject = (text: string) => JSON.parse(text) as Readonly<Record<string, unknown>>;
  return {
    query: async (service, action, parameters = {}) => {
      const body = new URLSearchParams({
        Action: action,
        Version: VERSIONS[service],
        ...parameters,
      });
      const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
      return await send(service, '/', { method: 'POST', headers, body: String(body) }, action);
    },
    json: async (service, target, body) => {
      const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target };
      const init = { method: 'POST', headers, body: JSON.stringify(body) };
      return asObject(await send(service, '/', init, target));
    },
    get: async (service, path) => asObject(await send(service, path, { method: 'GET' }, path)),
  };
}

/** What stands in each element of that name, whose content holds no element of the same name. */
export function elements(xml: string, name: string): readonly string[] {
  return [...xml.matchAll(new RegExp(`<${name}>([^]*?)</${name}>`, 'g'))].map(
    ([, content]) => content ?? '',
  );
}
