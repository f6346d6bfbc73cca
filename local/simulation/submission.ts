/** What one simulated person said in one form, and what should become of it. */
export interface Submission {
  /** 1, 2, 3, … */
  readonly number: number;
  readonly source: string;
  /** The sender's id of it; the same for all its deliveries. */
  readonly id: string;
  /** When the person submitted it, epoch milliseconds in whole seconds. */
  readonly occurredAtMs: number;
  /** When it is first sent. */
  readonly sentAtMs: number;
  readonly firstName?: string;
  readonly lastName?: string;
  readonly email?: string;
  readonly phone?: string;
  /** Without the source before it. */
  readonly externalId?: string;
  readonly company: string;
  readonly message: string;
  readonly isSpam: boolean;
  /** Its details tell that it is a test. */
  readonly isTest: boolean;
  /** Zoho refuses the company for good. */
  readonly isPoison: boolean;
  /** Whoever reads it dies. */
  readonly isDeadly: boolean;
}

/** Every value of a submission that must not get into a log. */
export function personalValuesOf(submission: Submission): readonly string[] {
  const { firstName, lastName, email, phone } = submission;
  return [firstName, lastName, email, phone].filter((value) => value !== undefined);
}
