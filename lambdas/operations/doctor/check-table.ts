import { type Check, checksOf } from './check.ts';

/** The table of a stage, as Amazon DynamoDB describes it. */
export interface TableFacts {
  readonly name: string;
  /** `ACTIVE`, `UPDATING`, … */
  readonly status: string;
  readonly isProtected: boolean;
  readonly hasPointInTimeRecovery: boolean;
  /** The attribute by which items expire; absent when none do. */
  readonly ttlAttribute?: string;
  readonly isEncryptedByOwnKey: boolean;
}

const make = checksOf('table');

const DEPLOY = 'Deploy the stage again: the stack sets it.';

/** Checks what keeps the event store from being lost, and from growing for ever. */
export function checkTable(table: TableFacts | undefined): readonly Check[] {
  if (table === undefined) {
    return [make.notHere('table', 'The table of this machine has neither backups nor expiry.')];
  }
  const { name, status, ttlAttribute } = table;
  return [
    status === 'ACTIVE' || status === 'UPDATING'
      ? make.ok('status', `The table ${name} is ${status.toLowerCase()}.`)
      : make.problem(
          'status',
          `The table ${name} is ${status}: nothing can be taken in.`,
          'Look at it in the DynamoDB console. A key that was disabled makes it inaccessible.',
        ),
    table.hasPointInTimeRecovery
      ? make.ok('recovery', 'It can be restored to any second of the last 35 days.')
      : make.problem('recovery', 'Point-in-time recovery is off: what is lost stays lost.', DEPLOY),
    ttlAttribute === 'ttl'
      ? make.ok('expiry', 'What has expired is deleted.')
      : make.problem(
          'expiry',
          ttlAttribute === undefined
            ? "Expiry is off: leads' data are kept for ever."
            : `Items expire by ${ttlAttribute}, and ours have ttl.`,
          DEPLOY,
        ),
    table.isProtected
      ? make.ok('protection', 'It is protected against deletion.')
      : make.warning(
          'protection',
          'It can be deleted: right only for a stage that may be thrown away.',
          'Deploy the stage without -c disposable=true.',
        ),
    table.isEncryptedByOwnKey
      ? make.ok('encryption', "It is encrypted with the stage's own key.")
      : make.problem('encryption', "It is not encrypted with the stage's own key.", DEPLOY),
  ];
}
