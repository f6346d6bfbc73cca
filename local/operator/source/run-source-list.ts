import { listSources } from '../../../lambdas/operations/status/list-sources.ts';
import type { SourceSecretFacts } from '../../../lambdas/operations/secret/source-secret-facts.ts';
import { bindProvider } from '../../../lambdas/providers/bind-provider.ts';
import { textColumns } from '../../table-lines.ts';
import { type OpenTargetOptions, openTarget } from '../target/open-target.ts';
import { isUsableSecret } from '../secret/plan-source-secret.ts';
import { describeSources } from './source-list-text.ts';

/** A list of sources as it was asked for. */
export interface RunSourceListOptions extends OpenTargetOptions {
  readonly json: boolean;
  readonly print: (line: string) => void;
}

/**
 * Lists the configured sources: when each last sent something, how much, and how its secret stands.
 *
 * @returns the exit code: 0; 1 when the numbers could not be read
 * @throws {OperatorError} the target can't be reached
 * @throws {StoreUnavailableError}
 */
export async function runSourceList(options: RunSourceListOptions): Promise<number> {
  const { config, json, print } = options;
  const target = await openTarget(options);
  try {
    const list = await listSources(
      { ...target.ports, metrics: target.metrics },
      {
        config,
        secretPrefix: target.sourceSecretPrefix,
        isUsable: (source, current) => {
          const { authentication, provesSender } = bindProvider(source);
          return !provesSender || isUsableSecret(authentication, current);
        },
      },
    );
    if (json) print(JSON.stringify(documentOf(list, target.endpoint), undefined, 2));
    else {
      const columns = textColumns(process.stdout.columns);
      for (const line of describeSources(list, target, columns)) print(line);
    }
    return list.numbersFailed === undefined ? 0 : 1;
  } finally {
    target.close();
  }
}

function documentOf(
  { sources, ...rest }: Awaited<ReturnType<typeof listSources>>,
  endpoint: string,
): unknown {
  return {
    ...rest,
    sources: sources.map(({ secret, ...each }) => ({
      ...each,
      url: `${endpoint}/hooks/${each.source}`,
      secret: secretDocument(secret),
    })),
  };
}

/** As a document for programs: times in ISO 8601. */
function secretDocument(secret: SourceSecretFacts): unknown {
  if (secret.kind !== 'stored') return secret;
  const { changedAtMs, previous, ...rest } = secret;
  return {
    ...rest,
    ...timeOf('changedAt', changedAtMs),
    ...(previous === undefined
      ? {}
      : {
          previous: {
            isOver: previous.isOver,
            ...timeOf('since', previous.sinceMs),
            ...timeOf('until', previous.untilMs),
          },
        }),
  };
}

function timeOf(name: string, atMs: number | undefined): Readonly<Record<string, string>> {
  return atMs === undefined ? {} : { [name]: new Date(atMs).toISOString() };
}
