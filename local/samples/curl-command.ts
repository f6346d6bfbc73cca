import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { detailPath, type SampleDetail } from './sample-details.ts';
import type { SampleRequest } from './sample-request.ts';
import { type SampleSigning, signSample } from './sample-signing.ts';

/** A command to be pasted into a shell. */
export interface CurlCommand {
  readonly text: string;
  /** Until when its signature is accepted; absent when it is made while the command runs. */
  readonly validUntilMs?: number;
}

/**
 * Writes a sample as a `curl` command for a POSIX shell.
 *
 * A signature that covers the time is made by `openssl` as the command runs, so that it can be pasted
 * at any time; without `openssl` it is made here and ends with the source's tolerance.
 *
 * @param hasOpenssl see `findOnPath`
 */
export function buildCurlCommand(
  endpoint: string,
  request: SampleRequest,
  { nowMs, hasOpenssl }: { nowMs: number; hasOpenssl: boolean },
): CurlCommand {
  const { signing } = request;
  const url = `${endpoint}${request.path}`;
  if (request.multipart !== undefined && signing === undefined) {
    return { text: curlForm(url, request, request.multipart) };
  }
  if (signing?.timestamp === undefined) {
    return { text: curl(url, quoteHeaders(signSample(request, nowMs)), quote(request.body)) };
  }
  if (!hasOpenssl) {
    return {
      text: curl(url, quoteHeaders(signSample(request, nowMs)), quote(request.body)),
      validUntilMs: nowMs + signing.timestamp.toleranceSeconds * 1_000,
    };
  }
  const headers = [
    ...quoteHeaders(request.headers),
    ...(signing.timestamp.header === undefined ? [] : [`"${signing.timestamp.header}: $ts"`]),
    `"${signing.header}: ${shellText(signing.value)}"`,
  ];
  return {
    text: [
      `ts=$(date +%s)${signing.timestamp.unit === 'milliseconds' ? '000' : ''}`,
      `body=${quote(request.body)}`,
      `sig=$(printf %s "${shellText(signing.template)}" | ${opensslHmac(signing)})`,
      curl(url, headers, '"$body"'),
    ].join('\n'),
  };
}

/**
 * Writes a `curl` command that tells a local API what a sample's submission says; it prints nothing unless it fails.
 *
 * @param apisUrl where the local APIs listen, without a slash at its end
 */
export function buildDetailCommand(
  apisUrl: string,
  provider: string,
  { resource, body }: SampleDetail,
): string {
  const url = quote(`${apisUrl}${detailPath(provider, resource)}`);
  const headers = `-H ${quote('content-type: application/json')}`;
  return `curl -sSf -o /dev/null -X PUT ${url} ${headers} \\\n  --data-raw ${quote(JSON.stringify(body))}`;
}

/** Whether a program can be run by its name. */
export function findOnPath(program: string, searchPath: string): boolean {
  return searchPath.split(path.delimiter).some((directory) => {
    try {
      accessSync(path.join(directory, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function curl(url: string, headers: readonly string[], body: string): string {
  const flags = headers.map((header) => `-H ${header}`).join(' ');
  return `curl -sS -w '\\n' ${url} ${flags} \\\n  --data-raw ${body}`;
}

function opensslHmac(signing: SampleSigning): string {
  const hmac = `openssl dgst -${signing.algorithm} -mac HMAC -macopt hexkey:${signing.key.toString('hex')}`;
  return signing.encoding === 'hex'
    ? `${hmac} -r | cut -d' ' -f1`
    : `${hmac} -binary | openssl base64 -A`;
}

/** A template as text in double quotes, with the command's own variables for its tokens. */
function shellText(template: string): string {
  return template
    .split(/(\{timestamp\}|\{body\}|\{signature\})/)
    .map((part) => SHELL_VARIABLES.get(part) ?? escapeInDoubleQuotes(part))
    .join('');
}

const SHELL_VARIABLES: ReadonlyMap<string, string> = new Map([
  ['{timestamp}', '${ts}'],
  ['{body}', '${body}'],
  ['{signature}', '${sig}'],
]);

/** curl makes the boundary of a multipart form itself. */
function curlForm(
  url: string,
  request: SampleRequest,
  fields: Readonly<Record<string, string>>,
): string {
  const { 'content-type': _type, ...headers } = request.headers;
  const flags = [
    ...quoteHeaders(headers).map((header) => `-H ${header}`),
    ...Object.entries(fields).map(([name, value]) => `--form-string ${quote(`${name}=${value}`)}`),
  ];
  return `curl -sS -w '\\n' ${url} \\\n  ${flags.join(' \\\n  ')}`;
}

function quoteHeaders(headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers).map(([name, value]) => quote(`${name}: ${value}`));
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function escapeInDoubleQuotes(text: string): string {
  return text.replaceAll(/[\\"$`]/g, String.raw`\$&`);
}
