import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import type { CrmNote, CrmRowOutcome } from '../core/ports/crm.ts';
import { cutWithMark, fitValue } from './field-value.ts';
import { readRecordPage } from './record-page.ts';
import { type CallReading, readRowStatuses } from './request-outcome.ts';
import { notMatched, refusedRow, rowVerdict } from './row-outcome.ts';
import type { ZohoSession } from './zoho-api.ts';

/** Length of a text area (Zoho CRM v8, Fields metadata: textarea, read 2026-11-22). */
const CONTENT_LENGTH_MAX = 32_000;

/** Length of a note's title (Zoho CRM v8, Create notes, read 2026-11-22). */
const TITLE_LENGTH_MAX = 120;

const TITLE_START = 'Form submission ';

/** Notes of one page (Zoho CRM v8, Get related records, read 2026-11-22). */
const PAGE_SIZE = 200;

/** Pages that are looked through: a contact with more notes than 1,000 is not one that forms made. */
const PAGES_MAX = 5;

const noteSchema = z.object({
  id: z.string().check(z.minLength(1)),
  Note_Title: z.catch(z.nullish(z.string()), null),
});

/**
 * Puts a note on a contact, unless a note with this mark is there: the answer to an earlier attempt may
 * have got lost.
 *
 * When it can't be told whether there is one, none is written: better a little later than twice.
 *
 * @see Zoho CRM v8, Create notes; Get related records: read 2026-11-22. `trigger` is not among the
 *   members of the body there, so none is sent.
 */
export async function addContactNote(
  session: ZohoSession,
  note: CrmNote,
): Promise<Exclude<CrmRowOutcome, { kind: 'converted' }>> {
  const title = titleOf(note.mark);
  const search = await findNote(session, note.contactId, title);
  if (search.kind === 'refused') return plain(refusedRow(search.refusal).outcome);
  if (search.value !== undefined) {
    return { kind: 'written', recordId: search.value, action: 'update' };
  }

  const record = {
    Note_Title: title,
    Note_Content: contentOf(note.values),
    Parent_Id: { module: { api_name: 'Contacts' }, id: note.contactId },
  };
  const reading = await session.send(
    { method: 'POST', path: 'Notes', body: { data: [record] }, effect: 'write', rows: 1 },
    (answer) => readRowStatuses(answer, 1),
  );
  if (reading.kind === 'refused') return plain(refusedRow(reading.refusal).outcome);
  const [status] = reading.value;
  return plain(
    (status === undefined ? notMatched() : rowVerdict(status, 'create', 'Notes')).outcome,
  );
}

async function findNote(
  session: ZohoSession,
  contactId: string,
  title: string,
): Promise<CallReading<string | undefined>> {
  for (let page = 1; page <= PAGES_MAX; page += 1) {
    const query = new URLSearchParams({
      fields: 'id,Note_Title',
      page: String(page),
      per_page: String(PAGE_SIZE),
    });
    const path = `Contacts/${encodeURIComponent(contactId)}/Notes?${query.toString()}`;
    const reading = await session.send({ method: 'GET', path, effect: 'read', rows: 1 }, (answer) =>
      readRecordPage(answer, (each) => noteSchema.safeParse(each).data),
    );
    if (reading.kind === 'refused') return reading;
    const found = reading.value.records.find((each) => each.Note_Title === title);
    if (found !== undefined) return { kind: 'read', value: found.id };
    if (!reading.value.more) break;
  }
  return { kind: 'read', value: undefined };
}

/** A mark that is too long for a title stands there as its hash, so that no two become one. */
function titleOf(mark: string): string {
  const fits = TITLE_START.length + mark.length <= TITLE_LENGTH_MAX;
  return `${TITLE_START}${fits ? mark : createHash('sha256').update(mark).digest('hex')}`;
}

/** One value a line, without what no text can show; Zoho wants at least a character. */
function contentOf(values: CrmNote['values']): string {
  const lines = Object.entries(values).flatMap(([name, value]) => {
    const text = fitValue(value, { kind: 'text', lengthMax: CONTENT_LENGTH_MAX }).value;
    return text === undefined ? [] : [`${name}: ${text}`];
  });
  return lines.length === 0
    ? 'The submission had no values'
    : cutWithMark(lines.join('\n'), CONTENT_LENGTH_MAX);
}

/** A note is no lead: nothing is said of a conversion when one is refused. */
function plain(outcome: CrmRowOutcome): Exclude<CrmRowOutcome, { kind: 'converted' }> {
  return outcome.kind === 'converted'
    ? { kind: 'failed', failure: outcome.failure, mayHaveHappened: false }
    : outcome;
}
