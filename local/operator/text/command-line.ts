import { shellWord } from './shell-word.ts';

/** A command as a person pastes it, for example `npx holdfast replay --stage prod`. */
export function commandLine(name: string, ...words: readonly string[]): string {
  return ['npx holdfast', name, ...words.map(shellWord)].join(' ');
}
