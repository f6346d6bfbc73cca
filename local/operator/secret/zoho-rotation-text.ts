import { commandLine } from '../text/command-line.ts';
import type { OperatorTarget } from '../target/target.ts';

/** What a replacement has done beside storing the credentials. */
export interface ZohoRotated {
  /** The functions have a token of them already, and need not ask for one. */
  readonly handedOver: boolean;
  /** The breaker was open because Zoho refused the credentials before, and is closed now. */
  readonly breakerClosed: boolean;
  /** It is open for another reason, and stays so. */
  readonly breakerStaysOpen?: string;
  readonly doubts: readonly string[];
}

/** What a replacement of the Zoho credentials has done, and what is left to a person. */
export function describeZohoRotated(
  { handedOver, breakerClosed, breakerStaysOpen, doubts }: ZohoRotated,
  target: Pick<OperatorTarget, 'name' | 'options'>,
): readonly string[] {
  return [
    `Zoho takes the new credentials, and they are stored for ${target.name}.`,
    ...doubts.map((doubt) => `In spite of this: ${doubt}`),
    handedOver
      ? 'The functions have an access token of them already.'
      : 'The functions ask for an access token of their own with the next lead.',
    ...(breakerClosed
      ? [
          'Deliveries stood still because Zoho refused the credentials before: they go on now, within 5 minutes.',
          `Leads that were set aside for that:  ${commandLine('replay', '--code', 'crm_unauthorized', ...target.options)}`,
        ]
      : []),
    ...(breakerStaysOpen === undefined
      ? []
      : [
          `Deliveries stand still for another reason:  ${commandLine('breaker status', ...target.options)}`,
        ]),
    'The old refresh token may be revoked now: no lead needs it. docs/secrets.md says how.',
  ];
}
