/** Characters that Zoho's search may take for one another. */
const LOOK_ALIKES = /[-_@.]/g;

/**
 * The form in which search compares texts: without case, with look-alike characters made equal, so
 * that `sales-team@` finds `sales_team@`.
 *
 * @see Zoho CRM v8, Search Records, Special characters, read 2026-11-22
 */
export function searchForm(text: string): string {
  return text.toLowerCase().replaceAll(LOOK_ALIKES, '_');
}

/** Whether a text contains another one, as search sees them. */
export function containsAlike(text: unknown, wanted: string): boolean {
  return typeof text === 'string' && searchForm(text).includes(searchForm(wanted));
}

/** Whether a phone number contains another one, digits alone compared. */
export function containsDigits(phone: unknown, wanted: string): boolean {
  const digits = wanted.replaceAll(/\D/g, '');
  return typeof phone === 'string' && digits !== '' && phone.replaceAll(/\D/g, '').includes(digits);
}
