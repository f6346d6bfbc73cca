/** What a finding asks for: leads fail, something is lost or surprising, or it is only worth knowing. */
export type FindingSeverity = 'error' | 'warning' | 'note';

const CATALOGUE = {
  wrong_module: 'error',
  unknown_field: 'error',
  wrong_type: 'error',
  narrow_type: 'warning',
  read_only: 'error',
  key_type: 'error',
  key_too_short: 'error',
  key_not_unique: 'error',
  key_external_per_user: 'warning',
  key_not_external: 'note',
  version_type: 'error',
  mandatory_unfilled: 'error',
  mandatory_sometimes_empty: 'warning',
  value_refused: 'warning',
  value_cut: 'warning',
  picklist_value: 'warning',
  picklist_free_text: 'warning',
  shared_target: 'note',
  metadata_outdated: 'warning',
  layouts_not_read: 'warning',
  source_fields_share: 'note',
  custom_not_delivered: 'warning',
} as const satisfies Record<string, FindingSeverity>;

/** A stable code; each is explained in `docs/mapping.md`. */
export type FindingCode = keyof typeof CATALOGUE;

/** All codes, in the order in which the page explains them. */
export const FINDING_CODES: readonly FindingCode[] = Object.keys(CATALOGUE) as FindingCode[];

/** One thing that a check of the mapping found. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: FindingSeverity;
  /** The field in Zoho; empty where it is about none. */
  readonly field: string;
  /** What fills it: a canonical field, or several. */
  readonly filledFrom: string;
  /** What is the matter, in one sentence. */
  readonly message: string;
  /** What to do, in one sentence; empty when nothing has to be done. */
  readonly remedy: string;
  /** Present where it can be said together with others of its code and field. */
  readonly together?: Together;
}

/** How several findings of one code and field are said as one. */
export interface Together {
  /** What this one adds to the list. */
  readonly item: string;
  /** Of all of them; `{items}` stands for the list. */
  readonly message: string;
  readonly remedy: string;
}

/** Builds a finding; its severity follows from its code. */
export function finding(
  code: FindingCode,
  about: { readonly field?: string; readonly filledFrom?: string },
  message: string,
  remedy = '',
): Finding {
  const { field = '', filledFrom = '' } = about;
  return { code, severity: CATALOGUE[code], field, filledFrom, message, remedy };
}
