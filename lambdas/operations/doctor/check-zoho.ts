import type { Finding } from '../mapping/mapping-finding.ts';
import { type Check, checksOf } from './check.ts';

/**
 * What one question to Zoho came to.
 *
 * - `answered`: Zoho let us ask
 * - `scope_missing`: the refresh token was made without a scope that the question takes
 * - `refused`: anything else; `isCredentials`: Zoho takes neither our client nor our refresh token; `waitMs`: from now,
 *   when it may be asked again
 */
export type ZohoAnswer<T> =
  | { readonly kind: 'answered'; readonly value: T }
  | { readonly kind: 'scope_missing' }
  | {
      readonly kind: 'refused';
      readonly why: string;
      readonly isCredentials: boolean;
      readonly waitMs?: number;
    };

/** What is asked of Zoho with each of the scopes that can be proven by reading. */
export interface ZohoScopeAnswer {
  readonly scope: string;
  /** What it is needed for, as the end of "without it …". */
  readonly without: string;
  readonly answer: ZohoAnswer<unknown>;
}

/** The day's credits, and where calls go. */
export interface ZohoAccountFacts {
  /** Absent while there are plenty: Zoho names them only once half of the day's are used. */
  readonly creditsRemaining?: number;
  /** Where the token says that calls belong; absent when it could not be told. */
  readonly tokenApiUrl?: string;
  /** Where the configuration sends them. */
  readonly apiUrl: string;
  readonly accountsUrl: string;
}

const make = checksOf('zoho');

/** Checks that Zoho lets us in, and with which scopes. */
export function checkZohoAccess(
  scopes: readonly ZohoScopeAnswer[],
  command: (...words: readonly string[]) => string,
): readonly Check[] {
  const [first] = scopes;
  if (first?.answer.kind === 'refused') {
    const { why, isCredentials, waitMs } = first.answer;
    return [
      isCredentials
        ? make.problem(
            'token',
            `Zoho gives no access token: ${why}.`,
            `Make a new refresh token (docs/deploy.md, "A self client and its refresh token"), and store it, which closes the breaker, too: ${command('zoho rotate --reason "…"')}`,
          )
        : make.warning(
            'token',
            `Zoho could not be asked: ${why}.`,
            waitMs === undefined
              ? 'Look at the Zoho status page, and try again.'
              : `Look again in ${Math.max(1, Math.ceil(waitMs / 60_000))} min.`,
          ),
    ];
  }
  return [
    make.ok('token', 'Zoho gives an access token.'),
    ...scopes.map(({ scope, without, answer }) => {
      const name = `scope.${scope}`;
      switch (answer.kind) {
        case 'answered':
          return make.ok(name, `The refresh token has the scope ${scope}.`);
        case 'scope_missing':
          return make.problem(
            name,
            `The refresh token was made without the scope ${scope}: without it ${without}.`,
            `Scopes cannot be added: make a new refresh token with all those of docs/deploy.md, and store it: ${command('zoho rotate --reason "…"')}`,
          );
        case 'refused':
          return make.warning(
            name,
            `The scope ${scope} could not be tried: ${answer.why}.`,
            'Try again.',
          );
      }
    }),
  ];
}

/** Checks the fields of the module: those of Holdfast itself, and what the mapping needs. */
export function checkZohoFields(
  findings: readonly Finding[],
  ownFields: ReadonlySet<string>,
  command: (...words: readonly string[]) => string,
): readonly Check[] {
  const own = findings.filter(({ field, severity }) => ownFields.has(field) && severity !== 'note');
  const others = findings.filter(({ field }) => !ownFields.has(field));
  const errors = others.filter(({ severity }) => severity === 'error');
  const warnings = others.filter(({ severity }) => severity === 'warning');
  const check = command('mapping check');
  return [
    ...(own.length === 0
      ? ownFields.size === 0
        ? [make.ok('own_fields', 'Holdfast needs no fields of its own (match by e-mail).')]
        : [
            make.ok(
              'own_fields',
              `Holdfast's own fields are there and right: ${[...ownFields].join(', ')}.`,
            ),
          ]
      : own.map((each) => ownFieldCheck(each, check))),
    errors.length > 0
      ? make.problem(
          'mapping',
          `The mapping does not fit: ${errors.length} error${errors.length === 1 ? '' : 's'}, the first with ${errors[0]?.field || 'the module'}: ${errors[0]?.message ?? ''}`,
          `See all of them: ${check}`,
        )
      : warnings.length > 0
        ? make.warning(
            'mapping',
            `The mapping fits; ${warnings.length === 1 ? 'a warning is' : 'warnings are'} about ${fieldsOf(warnings)}.`,
            `See them: ${check}`,
          )
        : make.ok('mapping', 'The mapping fits the fields, and mandatory fields are filled.'),
  ];
}

/** The fields that findings are about, each once: the same may be said of a field for several sources. */
function fieldsOf(findings: readonly Finding[]): string {
  const fields = [...new Set(findings.map(({ field }) => field || 'the module'))];
  const left = fields.length - FIELDS_NAMED;
  return `${fields.slice(0, FIELDS_NAMED).join(', ')}${left > 0 ? ` and ${left} more` : ''}`;
}

const FIELDS_NAMED = 3;

function ownFieldCheck({ field, message, remedy, severity }: Finding, check: string): Check {
  const name = `own_fields.${field}`;
  const sentence = `${field}: ${message}`;
  const what = remedy === '' ? `See it: ${check}` : remedy;
  return severity === 'error'
    ? make.problem(name, sentence, what)
    : make.warning(name, sentence, what);
}

/** Checks the day's credits, and that calls go to the right data centre. */
export function checkZohoAccount(
  account: ZohoAccountFacts,
  { reserve, slowBelow }: { readonly reserve: number; readonly slowBelow: number },
): readonly Check[] {
  return [creditsCheck(account.creditsRemaining, reserve, slowBelow), dataCentreCheck(account)];
}

function creditsCheck(remaining: number | undefined, reserve: number, slowBelow: number): Check {
  if (remaining === undefined) {
    return make.ok('credits', "More than half of the day's API credits are left.");
  }
  const left = `API credits left of the day's: ${remaining}`;
  const remedy =
    'Look in Zoho under Setup → Developer Hub → APIs → Dashboard who uses them; they come back within 24 hours.';
  if (remaining < reserve) {
    return make.problem('credits', `${left}; deliveries stop below ${reserve}.`, remedy);
  }
  return remaining < slowBelow
    ? make.warning('credits', `${left}; deliveries are slow below ${slowBelow}.`, remedy)
    : make.ok('credits', `${left}.`);
}

/**
 * The data centre of a Zoho address: what stands behind `zoho.`, `zohoapis.` or `zohocloud.`.
 *
 * @see Zoho CRM v8, Multi DC support, read 2026-11-22
 * @returns `undefined` for addresses of somebody else, such as a simulator
 */
function dataCentreOf(url: string): string | undefined {
  return /^https:\/\/(?:accounts\.zoho(?:cloud)?|(?:www|sandbox|developer)\.zohoapis)\.([a-z.]+)$/.exec(
    url,
  )?.[1];
}

function dataCentreCheck({ apiUrl, accountsUrl, tokenApiUrl }: ZohoAccountFacts): Check {
  const api = dataCentreOf(apiUrl);
  const accounts = dataCentreOf(accountsUrl);
  if (api === undefined || accounts === undefined) {
    return make.notHere('data_centre', `Zoho is played here, at ${apiUrl}.`);
  }
  if (api !== accounts) {
    return make.problem(
      'data_centre',
      `zoho.accountsUrl is of the data centre "${accounts}", and zoho.apiUrl of "${api}".`,
      "Set both to your organisation's data centre, and deploy.",
    );
  }
  return tokenApiUrl === undefined || tokenApiUrl === apiUrl
    ? make.ok('data_centre', `Calls go to the data centre "${api}".`)
    : make.warning(
        'data_centre',
        `The token belongs to ${tokenApiUrl}, and zoho.apiUrl is ${apiUrl}: calls go where the token says.`,
        `Set zoho.apiUrl to ${tokenApiUrl}, and deploy.`,
      );
}
