import { readFileSync, writeFileSync } from 'node:fs';
import { documentedProgram } from '../local/docs/documented-program.ts';
import { CLI_PAGE, withCommands } from '../local/docs/commands-section.ts';
import { PROVIDERS_PAGE, providersPage } from '../local/docs/providers-page.ts';

// Writes the pages that are made from the source. A test holds them in step.
writePage('docs/providers.md', PROVIDERS_PAGE, () => providersPage());
writePage('docs/cli.md', CLI_PAGE, (page) => withCommands(page, documentedProgram()));

function writePage(name: string, file: URL, write: (page: string) => string): void {
  const before = readOrEmpty(file);
  const after = write(before);
  if (after !== before) writeFileSync(file, after);
  console.log(`${after === before ? 'unchanged' : 'written  '}  ${name}`);
}

function readOrEmpty(file: URL): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
