import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { type SampleRequest, type SampleSigning, signSample } from './sample-requests.ts';

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
    `"${signing.timestamp.header}: $ts"`,
    `"${signing.header}: ${escapeInDoubleQuotes(signing.prefix)}$sig"`,
  ];
  return {
    text: [
      `ts=$(date +%s)${signing.timestamp.unit === 'milliseconds' ? '000' : ''}`,
      `body=${quote(request.body)}`,
      `sig=$(printf %s "${shellContent(signing)}" | ${opensslHmac(signing)})`,
      curl(url, headers, '"$body"'),
    ].join('\n'),
  };
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

function shellContent(signing: SampleSigning): string {
  return signing.template
    .split(/(\{timestamp\}|\{body\})/)
    .map((part) => {
      if (part === '{timestamp}') return '${ts}';
      return part === '{body}' ? '${body}' : escapeInDoubleQuotes(part);
    })
    .join('');
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
