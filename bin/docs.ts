import { readFileSync, writeFileSync } from 'node:fs';
import { PROVIDERS_PAGE, providersPage } from '../local/docs/providers-page.ts';

// Writes the pages that are made from the source. A test holds them in step.
const text = providersPage();
const isNew = !isSame(text);
if (isNew) writeFileSync(PROVIDERS_PAGE, text);
console.log(`${isNew ? 'written  ' : 'unchanged'}  docs/providers.md`);

function isSame(wanted: string): boolean {
  try {
    return readFileSync(PROVIDERS_PAGE, 'utf8') === wanted;
  } catch {
    return false;
  }
}
