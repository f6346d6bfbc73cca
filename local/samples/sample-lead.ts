import { randomBytes } from 'node:crypto';

/** The person of a sample, and what makes the submission this one. Nobody real. */
export interface SampleLead {
  /** Unique: the submission's id is made of it. Letters and digits. */
  readonly id: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  /** E.164, of the numbers that are kept for stories (+1 202 555 01xx). */
  readonly phone: string;
  readonly company: string;
  /** A short one by default. */
  readonly message?: string;
  /** More answers, by question; none by default. */
  readonly answers?: Readonly<Record<string, string>>;
  readonly submittedAtMs: number;
}

const NAMES = [
  ['Ana', 'Ng'],
  ['Ben', 'Okafor'],
  ['Carla', 'Rossi'],
  ['Dev', 'Patel'],
  ['Emma', 'Larsen'],
  ['Farid', 'Haddad'],
] as const;

/**
 * A person for a sample.
 *
 * @param index chooses the name
 * @param id unique; part of the e-mail address, so that samples are people of their own
 */
export function buildSampleLead(index: number, id: string, nowMs: number): SampleLead {
  const [firstName, lastName] = NAMES[index % NAMES.length] ?? NAMES[0];
  return {
    id,
    firstName,
    lastName,
    email: `${firstName}.${lastName}.${id}@example.com`.toLowerCase(),
    phone: `+1202555${String(100 + (index % 100)).padStart(4, '0')}`,
    company: 'Example Ltd',
    submittedAtMs: nowMs,
  };
}

/** An id for a sample of its own. */
export function newId(): string {
  return randomBytes(4).toString('hex');
}
