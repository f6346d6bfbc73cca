import type { StoredItem } from '../../../lambdas/core/ports/store-scan.ts';
import { eventsIn } from '../../../lambdas/core/tombstone.ts';
import type { Observer, ObserverContext } from '../observer.ts';

/**
 * G9: of an event that was erased, nothing is left but its tombstone, whatever is repeated, late or interrupted. The
 * erasures of a run have been finished by then.
 */
export function observeErasures({ facts, items, check }: ObserverContext): Observer {
  return {
    atRest: async () => {
      const gone = new Set(
        [...facts.events.values()]
          .filter(({ record }) => record.state === 'erased')
          .map(({ key }) => key),
      );
      if (![...facts.erasures.values()].every(({ isDone }) => isDone)) return;
      const { items: all } = await items.scanStore({ itemsMax: Number.MAX_SAFE_INTEGER });
      for (const key of gone) {
        const left = all.filter((item) => speaksOf(item, key));
        check(
          'G9 nothing is left',
          left.length === 0,
          () => `${key} was erased, and of it is left: ${left.map(({ kind }) => kind).join(', ')}.`,
        );
      }
      for (const { name } of facts.erasures.values()) {
        // A lead's key stands for what is listed with it, and not for all that came from the same address.
        if (name.kind !== 'email') continue;
        const email = name.value;
        const returned = [...facts.events.values()].filter(
          ({ record, submission }) => record.state !== 'erased' && submission.email === email,
        );
        if (returned.length > 0) continue;
        const text = JSON.stringify(all, textOf);
        check(
          'G9 nothing is left',
          !text.includes(email),
          () => 'An address that was erased, and has not been submitted since, is still stored.',
        );
      }
    },
  };
}

function speaksOf(item: StoredItem, key: string): boolean {
  switch (item.kind) {
    case 'request':
    case 'details':
    case 'reading':
    case 'history':
    case 'link':
    case 'submitter':
      return item.key === key;
    case 'head':
      return eventsIn(item.head).has(key);
    case 'record':
    case 'alias':
    case 'damaged':
    case 'other':
      return false;
  }
}

function textOf(_: string, value: unknown): unknown {
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : value;
}
