import type { HoldfastConfig } from '../core/config.ts';
import { zohoFieldMapping } from '../core/zoho-settings.ts';
import { type Finding, finding } from './mapping-finding.ts';

/** Canonical fields of an organisation's own making. */
const CUSTOM = /^custom_[a-z0-9_]{1,40}$/;

/** Checks what the sources' `fields` say, without any sender: which canonical fields they fill. */
export function checkSourceFields(config: HoldfastConfig): readonly Finding[] {
  const delivered = new Set(Object.keys(zohoFieldMapping(config)));
  return Object.entries(config.sources).flatMap(([source, { fields }]) => {
    const senders: readonly (readonly [string, string])[] = Object.entries(fields);
    const byCanonical = Map.groupBy(senders, ([, canonical]) => canonical);
    return [...byCanonical].flatMap(([canonical, entries]) => {
      const from = entries.map(([field]) => field).join(', ');
      const about = { filledFrom: canonical };
      return [
        ...(entries.length > 1
          ? [
              finding(
                'source_fields_share',
                about,
                `The source ${source} fills ${canonical} from ${from}: of several answers, one counts.`,
              ),
            ]
          : []),
        ...(CUSTOM.test(canonical) && !delivered.has(canonical)
          ? [
              finding(
                'custom_not_delivered',
                about,
                `The source ${source} fills ${canonical} from ${from}, and no field of Zoho takes it: it stays in the event store.`,
                `Map it: zoho.fields.${canonical}.`,
              ),
            ]
          : []),
      ];
    });
  });
}
