import type { BoundProvider } from '../../../lambdas/providers/bind-provider.ts';
import type { ProviderGuide } from '../../../lambdas/providers/guide.ts';
import { fillSteps } from './source-guide-text.ts';

/** Which source a guide is filled in for. */
export interface GuidedSource {
  readonly provider: Pick<BoundProvider, 'authentication'>;
  readonly guide: ProviderGuide;
  /** Senders post to it. */
  readonly url: string;
  readonly secret?: string | undefined;
  readonly verifyToken?: string | undefined;
  /** The sender has the secret already: it is not shown. */
  readonly isGiven: boolean;
}

/** A guide with the source's own address and secrets. */
export interface FilledGuide {
  /** What to paste at the sender; with the secret at its end where that is the secret's place. */
  readonly address: string;
  /** The address itself is the secret. */
  readonly isByAddress: boolean;
  /** What to do, with and without the values. */
  readonly steps: readonly string[];
  readonly unfilled: readonly string[];
}

/** Fills a guide in. */
export function fillGuide({
  provider,
  guide,
  url,
  secret,
  verifyToken,
  isGiven,
}: GuidedSource): FilledGuide {
  const isByAddress = provider.authentication.kind === 'url_token';
  const address = isByAddress && secret !== undefined ? `${url}/${secret}` : url;
  const unfilled = (isByAddress ? guide.urlTokenSteps : undefined) ?? guide.steps;
  const urlInSteps = unfilled.some((step) => step.includes('{secret}')) ? url : address;
  const steps = fillSteps(unfilled, {
    url: urlInSteps,
    verifyToken,
    ...(isGiven ? {} : { secret }),
  });
  return { address, isByAddress, steps, unfilled };
}
