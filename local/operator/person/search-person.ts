import { readPepper } from '../../../lambdas/core/pepper.ts';
import {
  findPerson,
  type FoundPerson,
  type PersonSearch,
} from '../../../lambdas/operations/person/find-person.ts';
import { LeadQueryError } from '../../../lambdas/operations/lookup/lead-query.ts';
import { parsePersonName, PersonNameError } from '../../../lambdas/operations/person/person.ts';
import type { HoldfastConfig } from '../../../lambdas/core/config.ts';
import { startProgress } from '../progress.ts';
import type { OperatorTarget } from '../target/target.ts';

/** Who was typed, and for what. */
export interface PersonTyped {
  /** One name or several of one person. */
  readonly typed: readonly string[];
  readonly config: HoldfastConfig;
  readonly json: boolean;
}

/** A search, and what it found. */
export interface PersonSearched {
  readonly search: PersonSearch;
  readonly found: FoundPerson;
}

/**
 * Says what is wrong with the names that were typed.
 *
 * @returns a sentence; `undefined` when each of them names somebody
 */
export async function whyNobody(
  typed: readonly string[],
  config: HoldfastConfig,
): Promise<string | undefined> {
  try {
    for (const text of typed) await parsePersonName(text, config);
    return undefined;
  } catch (error) {
    if (error instanceof PersonNameError || error instanceof LeadQueryError) return error.message;
    throw error;
  }
}

/**
 * Looks for everything that is kept of a person, and draws how far it has come.
 *
 * @throws {PersonNameError}
 * @throws {StoreUnavailableError}
 * @throws {SecretUnavailableError} the pepper, by which people are named, cannot be read
 */
export async function searchPerson(
  { typed, config, json }: PersonTyped,
  { ports, pepperSecretId }: OperatorTarget,
): Promise<PersonSearched> {
  const names = (
    await Promise.all(typed.map(async (text) => await parsePersonName(text, config)))
  ).flat();
  const pepper = await readPepper(ports.secrets, pepperSecretId);
  const search: PersonSearch = { names, config, pepper };
  const { items: total } = await ports.items.measureScan();
  const progress = startProgress({ title: 'Looking', json, ...(total === 0 ? {} : { total }) });
  try {
    const found = await findPerson(search, ports, ({ items, readUnits }) => {
      progress.update(items, `${Math.round(readUnits)} read units`);
    });
    return { search, found };
  } finally {
    progress.stop();
  }
}
