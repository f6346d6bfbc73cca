/**
 * A setting of the deployment is wrong: the message names it and says what is allowed.
 *
 * The CDK entry prints the message alone, since a stack trace would lead the reader away from the
 * line to change.
 */
export class SettingError extends Error {
  /** @param problems one sentence each, naming the setting by its path */
  constructor(problems: readonly string[]) {
    super(`These settings do not hold:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'SettingError';
  }
}
