import type { Answer, Consent } from '../../core/lead-event.ts';
import { squashName } from './recognize-field.ts';

const YES = new Set(['true', 'yes', 'on', '1', 'y', 'granted', 'accepted']);
const NO = new Set(['false', 'no', 'off', '0', 'n', 'denied', 'refused']);
const CONSENT_NAME = /^(?:consent.*|.*consent|optin|newsletter|gdpr|marketingoptin)$/;
const WORDING_NAMES = new Set(['text', 'wording', 'consenttext', 'consentwording']);
const ENTRIES_MAX = 50;

/**
 * Reads what a form recorded about consent: `consent`, `consent_marketing`, `consent[marketing]`, an
 * object `{"consent": {"marketing": true, "text": "…"}}`, `newsletter`, `gdpr` and the like.
 *
 * Where a sender names its questions by ids, their labels are looked at as well. Only a plain yes or no
 * counts. A consent that is not there is unknown, never refused.
 */
export function readConsent(answers: readonly Answer[]): Consent[] {
  const text = answers.find(isWording)?.value;
  const wording = typeof text === 'string' && text.trim() !== '' ? { text } : {};

  return answers
    .flatMap((answer) => {
      const granted = grantedOf(answer);
      const key = consentKey(answer.key) ?? consentLabel(answer.label);
      return key === undefined || granted === undefined ? [] : [{ key, granted, ...wording }];
    })
    .slice(0, ENTRIES_MAX);
}

function pathOf(key: string): string[] {
  return key
    .slice(0, 200)
    .split(/[.[\]]+/)
    .filter((part) => part !== '');
}

function isWording(answer: Answer): boolean {
  const [first = '', second] = pathOf(answer.key);
  return second === undefined
    ? WORDING_NAMES.has(squashName(first)) && squashName(first).startsWith('consent')
    : squashName(first) === 'consent' && WORDING_NAMES.has(squashName(second));
}

function consentKey(key: string): string | undefined {
  const [first = '', ...rest] = pathOf(key);
  if (!CONSENT_NAME.test(squashName(first))) return undefined;
  return rest.length === 0 ? first : rest.join('.');
}

/** A label is one name, whatever dots and brackets are in it. */
function consentLabel(label = ''): string | undefined {
  return CONSENT_NAME.test(squashName(label)) ? label : undefined;
}

function grantedOf(answer: Answer): boolean | undefined {
  // Of a repeated key the last one counts: a hidden "0" before a checkbox is the usual reason.
  const value = typeof answer.value === 'string' ? answer.value : (answer.value.at(-1) ?? '');
  const word = value.slice(0, 20).trim().toLowerCase();
  if (YES.has(word)) return true;
  return NO.has(word) ? false : undefined;
}
