import type { SampleLead } from '../../../local/samples/sample-lead.ts';

/**
 * A person whose every value is found nowhere by chance, with letters, quotes and spaces that encodings write otherwise.
 *
 * @param index 0–99: of a telephone number that is kept for stories
 */
export function aToldPerson(id: string, index: number): SampleLead {
  return {
    id,
    firstName: 'Xanthübel',
    lastName: 'Quillwörth-Ráy',
    email: `xanthubel.quillworth.${id}@private-mail.example.com`,
    phone: `+1202555${String(100 + (index % 100)).padStart(4, '0')}`,
    company: 'Quagmire & Söhne "Import"',
    message: `Call me about project nightjar, my budget is 9,750 (${id})`,
    answers: { 'What is your budget?': `nine thousand sevenhundred ${id}` },
    submittedAtMs: Date.now() - 1_000,
  };
}

/** What stands for a person in words, whatever a sender calls it; never an id. */
export function personalTextsOf(person: SampleLead): readonly string[] {
  const { firstName, lastName, email, phone, company, message = '', answers = {} } = person;
  const names = [firstName, lastName, `${firstName} ${lastName}`];
  return [...names, email, phone, company, message, ...Object.values(answers)];
}
