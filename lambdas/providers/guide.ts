/**
 * What a person needs to know to connect a sender, and what is known of its webhooks. Shown by
 * `holdfast source add` and in docs/providers.md; no function reads it.
 *
 * Texts are plain English. `{url}`, `{secret}` and `{verify_token}` stand for the source's own.
 */
export interface ProviderGuide {
  /** As the sender writes its own name. */
  readonly title: string;
  /**
   * - `ours`: we make the secret, and the person pastes it at the sender
   * - `theirs`: the sender shows a secret, and the person gives it to us
   * - `none`: there is no secret
   */
  readonly secret: 'ours' | 'theirs' | 'none';
  /** What to do at the sender, step by step: where to click, what to paste, which events to subscribe. */
  readonly steps: readonly string[];
  /** Instead of `steps`, for a source whose settings say that the last part of its URL is the secret (`url_token`). */
  readonly urlTokenSteps?: readonly string[];
  /** What it signs, or how else a request proves where it comes from. */
  readonly signs: string;
  /** When it repeats a request. */
  readonly retries: string;
  /** What makes it stop, and what we do so that it does not. */
  readonly givesUp: string;
  /** What we took from a weak source, or could not find out. */
  readonly unconfirmed: readonly string[];
  /** Pages with the date on which they were read. */
  readonly sources: readonly string[];
}
