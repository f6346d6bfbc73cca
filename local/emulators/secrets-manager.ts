import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { LOCAL_REGION } from './credentials.ts';
import { closeServer, listenOnLoopback, TAKEN_REMEDY } from './listen.ts';
import type { SecretFile } from './secret-file.ts';

/** Secrets Manager on this machine. */
export interface SecretsManagerEmulator {
  readonly url: string;
  readonly port: number;
  readonly stop: () => Promise<void>;
}

type Operation = (input: Readonly<Record<string, unknown>>) => Reply;

type Reply =
  | { readonly kind: 'ok'; readonly output: Readonly<Record<string, unknown>> }
  | { readonly kind: 'error'; readonly type: string; readonly message: string };

/**
 * Answers the operations that Holdfast and its operators use, from a local file, so that the
 * real SDK client is used here as in AWS.
 *
 * Wire format: AWS JSON 1.1, the operation in `X-Amz-Target`, errors as 400 with `__type` (AWS
 * Secrets Manager, API reference, read 2026-11-22). A secret has the current version, and until it is put in force,
 * one that was stored under a label of its own. `AWSPREVIOUS` is not kept, since Holdfast's secrets hold their
 * previous value themselves.
 *
 * @param port 0 for any free one
 * @throws {PortTakenError}
 */
export async function startSecretsManager(
  secrets: SecretFile,
  { port }: { port: number },
): Promise<SecretsManagerEmulator> {
  const operations = buildOperations(secrets);
  const server = createServer((request, response) => {
    answer(operations, request, response).catch(() => response.destroy());
  });
  const boundPort = await listenOnLoopback(server, {
    port,
    what: 'the local Secrets Manager',
    remedy: TAKEN_REMEDY,
  });
  return {
    url: `http://127.0.0.1:${boundPort}`,
    port: boundPort,
    stop: () => closeServer(server),
  };
}

function buildOperations(secrets: SecretFile): Readonly<Record<string, Operation>> {
  /** Values that are stored and not in force, by version. They end with the process. */
  const pending = new Map<string, { readonly id: string; readonly value: string }>();
  return {
    GetSecretValue: (input) =>
      withSecret(secrets, input, (id, value) => {
        const stage = input['VersionStage'] ?? 'AWSCURRENT';
        const version = input['VersionId'] ?? versionOf(value);
        if (stage !== 'AWSCURRENT' || version !== versionOf(value)) {
          return notFound('that version of the secret');
        }
        return ok({ ...describe(id, value), SecretString: value, VersionStages: ['AWSCURRENT'] });
      }),

    DescribeSecret: (input) =>
      withSecret(secrets, input, (id, value) =>
        ok({ ...describe(id, value), VersionIdsToStages: { [versionOf(value)]: ['AWSCURRENT'] } }),
      ),

    PutSecretValue: (input) =>
      withSecret(secrets, input, (id) => {
        const value = text(input['SecretString']);
        if (value === undefined) return invalid('SecretString must be a string');
        const stages = input['VersionStages'] ?? ['AWSCURRENT'];
        if (Array.isArray(stages) && stages.includes('AWSCURRENT')) secrets.set(id, value);
        else pending.set(versionOf(value), { id, value });
        return ok({ ...describe(id, value), VersionStages: stages });
      }),

    UpdateSecretVersionStage: (input) =>
      withSecret(secrets, input, (id, value) => {
        if (input['VersionStage'] !== 'AWSCURRENT') return invalid('Only AWSCURRENT is moved here');
        const moved = pending.get(text(input['MoveToVersionId']) ?? '');
        if (moved === undefined || moved.id !== id) return notFound('that version of the secret');
        if (input['RemoveFromVersionId'] !== versionOf(value)) {
          return invalid('RemoveFromVersionId must be the version that has the label AWSCURRENT');
        }
        secrets.set(id, moved.value);
        pending.delete(versionOf(moved.value));
        return ok(describe(id, moved.value));
      }),

    CreateSecret: (input) => {
      const id = text(input['Name']);
      const value = text(input['SecretString']);
      if (id === undefined || value === undefined) {
        return invalid('Name and SecretString must be strings');
      }
      if (secrets.get(id) !== undefined) {
        return {
          kind: 'error',
          type: 'ResourceExistsException',
          message: `The secret ${id} already exists.`,
        };
      }
      secrets.set(id, value);
      return ok(describe(id, value));
    },
  };
}

async function answer(
  operations: Readonly<Record<string, Operation>>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const name = String(request.headers['x-amz-target'] ?? '').replace(/^secretsmanager\./, '');
  const reply = run(
    Object.hasOwn(operations, name) ? operations[name] : undefined,
    Buffer.concat(chunks).toString('utf8'),
  );

  response.writeHead(reply.kind === 'ok' ? 200 : 400, {
    'content-type': 'application/x-amz-json-1.1',
  });
  response.end(
    JSON.stringify(
      reply.kind === 'ok' ? reply.output : { __type: reply.type, message: reply.message },
    ),
  );
}

function run(operation: Operation | undefined, body: string): Reply {
  if (operation === undefined) {
    return { kind: 'error', type: 'UnknownOperationException', message: 'Not emulated here.' };
  }
  let input: unknown;
  try {
    input = JSON.parse(body);
  } catch {
    return invalid('The request is not JSON');
  }
  if (typeof input !== 'object' || input === null) return invalid('The request is no object');
  try {
    return operation(input as Readonly<Record<string, unknown>>);
  } catch (error) {
    const message = error instanceof Error ? error.message : 'unknown';
    return { kind: 'error', type: 'InternalServiceError', message };
  }
}

function withSecret(
  secrets: SecretFile,
  input: Readonly<Record<string, unknown>>,
  use: (id: string, value: string) => Reply,
): Reply {
  const id = text(input['SecretId'])?.replace(/^arn:aws:secretsmanager:[^:]+:\d+:secret:/, '');
  const value = id === undefined ? undefined : secrets.get(id);
  return id === undefined || value === undefined
    ? notFound('the specified secret')
    : use(id, value);
}

function describe(id: string, value: string): Readonly<Record<string, unknown>> {
  return {
    ARN: `arn:aws:secretsmanager:${LOCAL_REGION}:000000000000:secret:${id}`,
    Name: id,
    VersionId: versionOf(value),
  };
}

function versionOf(value: string): string {
  return createHash('sha256').update(value).digest('hex').slice(0, 32);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function ok(output: Readonly<Record<string, unknown>>): Reply {
  return { kind: 'ok', output };
}

function notFound(what: string): Reply {
  const message = `Secrets Manager can't find ${what}.`;
  return { kind: 'error', type: 'ResourceNotFoundException', message };
}

function invalid(message: string): Reply {
  return { kind: 'error', type: 'InvalidParameterException', message };
}
