/**
 * Whose a CRM record is.
 *
 * - `owner`: what it says of its person; neither where Holdfast has not written it
 * - `no_record`: the CRM has none of that id, or hides it
 * - `unreachable`: the CRM could not be asked; `why` is a sentence for the operator
 */
export type CrmOwner =
  | {
      readonly kind: 'owner';
      /** The identity that it was written for. */
      readonly identity?: string;
      readonly email?: string;
    }
  | { readonly kind: 'no_record' }
  | { readonly kind: 'unreachable'; readonly why: string };

/** Asks the CRM whose a record is. */
export interface CrmOwners {
  /** Never rejects. */
  ownerOf(recordId: string): Promise<CrmOwner>;
}
