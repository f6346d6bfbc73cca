import { StoreUnavailableError } from '../core/errors.ts';
import type { IdentityEntry, IdentityLinks, IdentityStore } from '../core/ports/identities.ts';
import { headFromItem, headToItem } from './head-item.ts';
import { getItem, putIf, queryPage, type QueryPage, type Table } from './table.ts';
import { type Item, isNextRevision, NOT_THERE } from './table-expression.ts';
import { eventOfIdentityEvent, identityEventKey, identityKey } from './table-keys.ts';

/**
 * HEADs and aliases on DynamoDB.
 *
 * Both lie under the same key, so that one conditional write decides what a name is: an alias has no
 * revision, and so no HEAD can be saved over it.
 *
 * `save` lets out `IdentityTooLargeError` for a HEAD that no item can hold.
 */
export function createDynamoDbIdentityStore(table: Table): IdentityStore {
  return {
    read: async (module, identity) => {
      // Eventually consistent, at half the price: a stale answer loses the compare-and-set and comes
      // back with the right one.
      const item = await getItem(table, identityKey(module, identity), { consistent: false });
      return item === undefined ? undefined : entryFromItem(item, module, identity);
    },

    save: async (head) => {
      const item = { ...identityKey(head.module, head.identity), ...headToItem(head) };
      const result = await putIf(table, item, isNextRevision(head.revision));
      if (result.kind === 'written') return { kind: 'saved' };
      const { existing } = result;
      return {
        kind: 'changed',
        current:
          existing === undefined ? undefined : entryFromItem(existing, head.module, head.identity),
      };
    },

    bindAlias: async (module, alias, identity) => {
      const item = { ...identityKey(module, alias), alias_of: identity };
      const result = await putIf(table, item, NOT_THERE);
      if (result.kind === 'written') return { kind: 'bound' };
      return { kind: 'taken', current: entryFromItem(result.existing ?? {}, module, alias) };
    },

    link: async (module, identity, occurredAt, key) => {
      await putIf(table, { ...identityEventKey(module, identity, occurredAt, key) }, NOT_THERE);
    },
  };
}

/** The events of identities on DynamoDB. The functions' roles do not allow its call. */
export function createDynamoDbIdentityLinks(table: Table): IdentityLinks {
  return {
    linkedEvents: async (module, identity) => {
      const { pk, sk } = identityEventKey(module, identity, '', '');
      const keys: string[] = [];
      let next: QueryPage['next'];
      do {
        const page = await queryPage(
          table,
          {
            text: 'pk = :identity AND begins_with(sk, :event)',
            values: { ':identity': pk, ':event': sk.slice(0, -1) },
          },
          { ConsistentRead: true, ...(next === undefined ? {} : { ExclusiveStartKey: next }) },
        );
        keys.push(...page.items.map((item) => eventOfIdentityEvent(String(item['sk']))));
        next = page.next;
      } while (next !== undefined);
      return keys;
    },
  };
}

/**
 * Reads what is stored under a name.
 *
 * @throws {StoreUnavailableError} the item is not one that this version can read
 */
export function entryFromItem(item: Item, module: string, name: string): IdentityEntry {
  const of = item['alias_of'];
  if (of === undefined) return { kind: 'head', head: headFromItem(item, module, name) };
  if (typeof of !== 'string') {
    throw new StoreUnavailableError('The identity record', new Error('its alias is no name'));
  }
  return { kind: 'alias', of };
}
