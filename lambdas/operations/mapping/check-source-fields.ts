import type { HoldfastConfig } from '../../core/config.ts';
import { isCustomField } from '../../core/lead-event.ts';
import { zohoFieldMapping } from '../../core/zoho-settings.ts';
import { type Finding, finding } from './mapping-finding.ts';

/** Checks what the sources' settings say, without any sender: which canonical fields they fill. */
export function checkSourceFields(config: HoldfastConfig): readonly Finding[] {
  const delivered = new Set(Object.keys(zohoFieldMapping(config)));
  return Object.entries(config.sources).flatMap(([source, { fields, defaults }]) => {
    const filling: readonly (readonly [string, string])[] = Object.entries(fields);
    const byCanonical = Map.groupBy(filling, ([, canonical]) => canonical);
    const shared = [...byCanonical].filter(([, entries]) => entries.length > 1);
    const custom = new Set([...byCanonical.keys(), ...Object.keys(defaults)].filter(isCustomField));
    return [
      ...shared.map(([canonical, entries]) =>
        finding(
          'source_fields_share',
          { filledFrom: canonical },
          `The source ${source} fills ${canonical} from ${entries.map(([field]) => field).join(', ')}: the first of them that is filled in counts; all stay among the answers.`,
        ),
      ),
      ...[...custom]
        .filter((canonical) => !delivered.has(canonical))
        .map((canonical) =>
          finding(
            'custom_not_delivered',
            { filledFrom: canonical },
            `The source ${source} fills ${canonical}, and no field of Zoho takes it: it stays in the event store.`,
            `Map it: zoho.fields.${canonical}.`,
          ),
        ),
    ];
  });
}
