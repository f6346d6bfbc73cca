import * as z from 'zod/mini';
import type { HoldfastConfig } from '../core/config.ts';
import type { CrmReadBack, CrmRowRef } from '../core/ports/crm.ts';
import type { Failure } from '../core/failure.ts';
import type { Log, Metrics } from '../core/ports/telemetry.ts';
import { queryRecords } from './coql.ts';
import type { CallReading, Refusal } from './request-outcome.ts';
import type { ZohoSession } from './zoho-api.ts';

/** Reads back what a write without an answer left. One reading a reference, in order. */
export interface ReadBack {
  read(refs: readonly CrmRowRef[], session: ZohoSession): Promise<readonly CrmReadBack[]>;
}

/**
 * Builds the read-back for a module with a unique field: records that are known by their id, the others
 * by their key, with a query each, as far as there are any. Both in one query would take an `or`, which
 * Zoho wants grouped in ways that differ between its pages; two plain ones can't be misread.
 *
 * A query sees every committed record, and no other kind of read does for a key: the index of the search
 * lags behind (Zoho CRM v8, Search records, read 2026-11-22). A record that was found by its id counts
 * whatever its key field holds; one that was converted or is not committed yet is not found by its key.
 */
export function createUniqueFieldReadBack(
  { module, keyField, versionField }: HoldfastConfig['zoho'],
  log: Log,
  metrics: Metrics,
): ReadBack {
  const unsupported = createUnsupported(log);
  const parse = (value: unknown): ReadRecord | undefined => {
    const raw = anyRecord.safeParse(value).data;
    const { success, data } = readRecordSchema.safeParse({
      id: raw?.['id'],
      key: raw?.[keyField],
      version: raw?.[versionField],
    });
    return success
      ? { id: data.id, key: (data.key ?? '').toLowerCase(), version: versionOf(data.version) }
      : undefined;
  };

  async function readBy(
    where: string,
    values: readonly string[],
    session: ZohoSession,
  ): Promise<CallReading<readonly ReadRecord[]>> {
    const fields = [keyField, versionField];
    if (values.length === 0) return { kind: 'read', value: [] };
    const reading = await queryRecords(session, { module, fields, where, values }, parse);
    return reading.kind === 'read' ? { kind: 'read', value: reading.value.records } : reading;
  }

  return {
    read: async (refs, session) => {
      for (const _ of refs) metrics.count('CrmReadBack');
      const ids = refs.flatMap(({ recordId }) => recordId ?? []);
      const keys = refs.filter(({ recordId }) => recordId === undefined);
      const byId = await readBy('id', [...new Set(ids)], session);
      const byKey = await readBy(
        keyField,
        keys.map(({ identity }) => identity),
        session,
      );
      return refs.map(({ recordId, identity }) => {
        const reading = recordId === undefined ? byKey : byId;
        if (reading.kind === 'refused') return refusedReading(reading.refusal, unsupported);
        const found = reading.value.find((record) =>
          recordId === undefined ? record.key === identity.toLowerCase() : record.id === recordId,
        );
        return found === undefined
          ? { kind: 'absent' }
          : { kind: 'held', recordId: found.id, version: found.version };
      });
    },
  };
}

const anyRecord = z.record(z.string(), z.unknown());

const readRecordSchema = z.object({
  id: z.string().check(z.minLength(1)),
  key: z.nullish(z.string()),
  version: z.nullish(z.union([z.number(), z.string()])),
});

/** Builds the read-back for a module without a field for the version: there is nothing to read. */
export function createNoReadBack(log: Log): ReadBack {
  const unsupported = createUnsupported(log);
  return { read: async (refs) => refs.map(() => unsupported()) };
}

interface ReadRecord {
  readonly id: string;
  /** Lower case: Zoho's unique fields ignore case. */
  readonly key: string;
  readonly version: number;
}

/** @returns 0 for a field that is empty, or that holds what is no version of ours */
function versionOf(value: string | number | null | undefined): number {
  const version = Number(value ?? 0);
  return Number.isSafeInteger(version) && version > 0 ? version : 0;
}

/** What passes is worth another look; a right or a form that Zoho refuses is not. */
function refusedReading(
  { failure, retryAfterMs }: Refusal,
  unsupported: (failure: Failure) => CrmReadBack,
): CrmReadBack {
  if (failure.class === 'permanent' || failure.code === 'crm_forbidden') {
    return unsupported(failure);
  }
  return { kind: 'unknown', failure, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

/** Says so once for as long as this function lives: it is a setting that is missing, not an incident. */
function createUnsupported(log: Log): (failure?: Failure) => CrmReadBack {
  let isSaid = false;
  return (failure) => {
    if (!isSaid) {
      log.warn('Records can not be read back from Zoho, so a write without an answer is repeated', {
        outcome: failure === undefined ? 'no_version_field' : 'refused',
        ...(failure === undefined ? {} : { failure_code: failure.code }),
        ...(failure?.crmCode === undefined ? {} : { crm_code: failure.crmCode }),
      });
      isSaid = true;
    }
    return { kind: 'unsupported' };
  };
}
