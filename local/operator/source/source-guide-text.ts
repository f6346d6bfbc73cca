import type { ProviderGuide } from '../../../lambdas/providers/guide.ts';

/** What stands for the placeholders of a guide. */
export interface GuideValues {
  readonly url: string;
  /** Absent for a sender that has none, or whose secret is the sender's own. */
  readonly secret?: string | undefined;
  readonly verifyToken?: string | undefined;
}

/** A guide's steps with the source's own address and secrets. */
export function fillSteps(steps: readonly string[], values: GuideValues): readonly string[] {
  const { url, secret = '(the secret)', verifyToken = '(the token)' } = values;
  return steps.map((step) =>
    step.replaceAll(
      /\{(url|secret|verify_token)\}/g,
      (_, name: string) => ({ url, secret, verify_token: verifyToken })[name] ?? '',
    ),
  );
}

/** Whether the steps show something that must not be seen. */
export function showsSecret(steps: readonly string[]): boolean {
  return steps.some((step) => /\{(?:secret|verify_token)\}/.test(step));
}

/** A guide for a person: what to do, and what is known of the sender. */
export function describeGuide(
  guide: ProviderGuide,
  filledSteps: readonly string[],
): readonly string[] {
  return [
    ...(showsSecret(guide.steps)
      ? ['The steps hold secrets, to be pasted where they say: do not leave them in a log.', '']
      : []),
    'What to do:',
    ...filledSteps.map((step, index) => `  ${index + 1}. ${step}`),
    '',
    `What it signs: ${guide.signs}.`,
    `When it repeats: ${guide.retries}.`,
    `When it gives up: ${guide.givesUp}.`,
    ...guide.unconfirmed.map((each) => `Not confirmed: ${each}.`),
  ];
}
