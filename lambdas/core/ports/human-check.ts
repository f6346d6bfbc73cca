/** A question to whoever can tell whether a person filled in a form. */
export interface HumanQuestion {
  /** The secret of the site's key. */
  readonly secret: string;
  /** What the page got when it was solved. */
  readonly token: string;
  /** A UUID: the same question may be asked again, although a token counts once. */
  readonly idempotencyKey: string;
}

/**
 * What the answer was.
 *
 * - `passed`: solved, on the page and for the action that are named
 * - `failed`: the token is none
 * - `spent`: the token was used for something else, or is too old
 * - `secret_refused`: the secret is not one of a site
 * - `no_answer`: there was none, or none that tells
 */
export type HumanAnswer =
  | { readonly kind: 'passed'; readonly hostname?: string; readonly action?: string }
  | { readonly kind: 'failed' | 'spent' | 'secret_refused' | 'no_answer' };

/** Tells people from programs. Never rejects. */
export interface HumanCheck {
  /** Answers within 4 seconds, tries included. */
  ask(question: HumanQuestion): Promise<HumanAnswer>;
}
