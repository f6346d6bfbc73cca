import { FAILURE_CODES, failureSentenceOf } from '../lambdas/core/failure.ts';
import type { LogFields } from '../lambdas/core/log-fields.ts';
import type { LogEntry } from './local-log.ts';

/**
 * One line for a log entry that moves a lead or turns a request away, so that a person can follow along.
 *
 * It is made of the log's fields alone, which have no room for anything of the person.
 *
 * @returns `undefined` for any other entry
 */
export function formatLiveLine(entry: LogEntry): string | undefined {
  const move = describeMove(entry);
  if (move === undefined) return undefined;
  const lead = entry.fields.idempotency_key ?? entry.fields.source ?? '';
  const time = entry.at.toTimeString().slice(0, 8);
  return `${time}  ${move.state.padEnd(11)}  ${lead}${move.detail === '' ? '' : `  ${move.detail}`}`;
}

interface Move {
  readonly state: string;
  readonly detail: string;
}

function describeMove({ service, fields }: LogEntry): Move | undefined {
  switch (service) {
    case 'intake':
      return describeProgress(fields) ?? describeRefusal(fields);
    case 'consumer':
      return describeProgress(fields);
    case 'sweeper':
      return fields.outcome === 'requeued'
        ? { state: 'queued', detail: 'again, by the sweeper' }
        : undefined;
    default:
      return undefined;
  }
}

function describeProgress(fields: LogFields): Move | undefined {
  return PROGRESS.get(fields.outcome ?? '')?.(fields);
}

/** By the outcome that the functions log. */
const PROGRESS = new Map<string, (fields: LogFields) => Move>([
  ['received', () => ({ state: 'received', detail: '' })],
  ['delivered', (fields) => ({ state: 'delivered', detail: describeDelivery(fields) })],
  ['duplicate', () => ({ state: 'known', detail: 'this lead came before; nothing to do' })],
  [
    'conflict',
    () => ({ state: 'known', detail: 'came before with other content; the first one is kept' }),
  ],
  ['quarantined', (fields) => ({ state: 'quarantined', detail: describeFailure(fields) })],
  ['held', () => ({ state: 'held', detail: 'delivery is switched off (ZOHO_ENABLED=false)' })],
  ['retry', (fields) => ({ state: 'waits', detail: describeRetry(fields) })],
  [
    'spam_trap',
    () => ({ state: 'suppressed', detail: 'the field that only bots see was filled in' }),
  ],
  ['test_lead', () => ({ state: 'suppressed', detail: 'a test of the sender' })],
  ['deleted_at_source', () => ({ state: 'suppressed', detail: 'its sender has deleted it' })],
  ['not_a_lead', () => ({ state: 'suppressed', detail: 'it tells of something else than a lead' })],
]);

function describeDelivery(fields: LogFields): string {
  const action = { insert: 'created', update: 'updated', none: 'already there', note: 'noted on' }[
    fields.crm_action ?? 'none'
  ];
  return `${action} ${fields.crm_module ?? ''} ${fields.crm_record_id ?? ''}  ${fields.duration_ms ?? '?'} ms`;
}

function describeRetry(fields: LogFields): string {
  const until = new Date(fields.next_due_at ?? Number.NaN);
  const time = Number.isNaN(until.getTime()) ? 'later' : until.toTimeString().slice(0, 8);
  return `until ${time}: ${describeFailure(fields)} Attempt ${fields.attempt ?? '?'}.`;
}

function describeFailure(fields: LogFields): string {
  const code = FAILURE_CODES.find((known) => known === fields.failure_code);
  const sentence = code === undefined ? (fields.failure_code ?? '') : failureSentenceOf(code);
  const crm = [fields.crm_code, fields.crm_field].filter((part) => part !== undefined);
  return crm.length === 0 ? sentence : `${sentence} (${crm.join(' ')})`;
}

const REFUSALS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    missing: 'it has no signature or secret',
    malformed: 'its signature or secret has another form',
    duplicate_header: 'its signature or secret came twice',
    stale: 'its timestamp is too old, or too far ahead',
    mismatch: 'its secret is another one, or its body is not the one that was signed',
    origin: 'its origin is not allowed',
    unknown_source: 'there is no such source in holdfast.config.ts',
    too_large: 'its body is too large',
    unsupported_media_type: 'its content type is not one that this source sends',
    handshake_refused: 'its handshake is not what was agreed',
    no_form: 'it is no form that could hold a Turnstile token',
    no_token: 'it has no Turnstile token',
    malformed_token: 'its Turnstile token has another form',
    spent: 'its Turnstile token was used before',
    failed: 'Turnstile says that no person filled it in',
    other_hostname: 'its Turnstile token is of another page',
    other_action: 'its Turnstile token is of another action',
  }),
);

function describeRefusal(fields: LogFields): Move | undefined {
  const { http_status: status } = fields;
  if (status === undefined || status < 400) return undefined;
  const reason = REFUSALS.get(fields.outcome ?? '');
  return { state: 'refused', detail: `HTTP ${status}${reason === undefined ? '' : `: ${reason}`}` };
}
