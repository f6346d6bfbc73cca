import type { Look } from '../../../lambdas/operations/lookup/find-leads.ts';
import type { LeadQuery } from '../../../lambdas/operations/lookup/lead-query.ts';
import { counted } from '../text/counted.ts';

/** How what was typed was understood, for example `the e-mail address ana@example.com`. */
export function queryText(query: LeadQuery): string {
  switch (query.kind) {
    case 'email':
      return `the e-mail address ${query.email}`;
    case 'phone':
      return `the phone number ${query.phones[0] ?? query.digits}`;
    case 'key':
      return `the key ${query.key}`;
    case 'provider-id':
      return `the id ${query.id} of a sender`;
    case 'crm-id':
      return `the Zoho record ${query.recordId}`;
    case 'name':
      return `the name ${query.name}`;
  }
}

/** Where was looked, one line each. */
export function describeLooks(looked: readonly Look[]): readonly string[] {
  return [...new Set(looked.map((look) => `  ${lookText(look)}`))];
}

function lookText({ place, count = 0, isCut = false, problem }: Look): string {
  const but = problem === undefined ? '' : `: ${problem}`;
  switch (place) {
    case 'key':
      return `under the key itself${but}`;
    case 'sender_ids':
      return `under ${counted(count, 'key')} that the configured sources would have given it${but}`;
    case 'names':
      return `among the people who are known by it${but}`;
    case 'crm':
      return `in Zoho${but}`;
    case 'waiting':
      return `at ${counted(count, 'lead')} that ${count === 1 ? 'has' : 'have'} not ended${
        isCut ? ', and there are more' : ''
      }${but}`;
    case 'store':
      return `at everything that is stored: ${counted(count, 'item')}${isCut ? ', not all' : ''}${but}`;
  }
}
