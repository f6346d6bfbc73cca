import type { SourceConfig } from '../../lambdas/providers/catalogue.ts';
import type { GenericSource } from '../../lambdas/providers/reading/generic-sender.ts';
import type { SampleLead } from './sample-lead.ts';

/**
 * Puts the lead of a generic sender's example, its id, type and time where the source's configuration says
 * that they are. A body of any other sender stays as it is.
 */
export function applyPaths(body: unknown, source: SourceConfig, lead: SampleLead): unknown {
  if (source.provider === 'standard_webhooks') {
    setPath(body as Record<string, unknown>, source.externalIdPath, `person-${lead.id}`);
    return body;
  }
  if (!isGeneric(source)) return body;
  const placed: Record<string, unknown> = {};
  if (source.dataPath === undefined) Object.assign(placed, body);
  setPath(placed, source.dataPath, body);
  setPath(placed, source.idPath, `submission-${lead.id}`);
  setPath(placed, source.typePath, 'lead.created');
  setPath(placed, source.occurredAtPath, isoSeconds(lead));
  setPath(placed, source.externalIdPath, `person-${lead.id}`);
  return placed;
}

/** Providers whose bodies are described by paths alone. */
const GENERIC: ReadonlySet<string> = new Set([
  'generic_hmac',
  'shared_secret',
  'url_token',
  'wpforms',
]);

function isGeneric(source: SourceConfig): source is SourceConfig & GenericSource {
  return GENERIC.has(source.provider);
}

function isoSeconds(lead: SampleLead): string {
  return new Date(lead.submittedAtMs).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

function setPath(body: Record<string, unknown>, dotted: string | undefined, value: unknown): void {
  if (dotted === undefined) return;
  const names = dotted.split('.');
  const last = names.pop();
  let target = body;
  for (const name of names) {
    const next = target[name];
    const object = typeof next === 'object' && next !== null ? next : {};
    target[name] = object;
    target = object as Record<string, unknown>;
  }
  if (last !== undefined) target[last] = value;
}
