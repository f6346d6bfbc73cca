import { convertLead } from '../../zoho-simulator/writes/convert.ts';
import type { SimulatedWorld } from '../simulated-world.ts';

const EVERY_MS = 20_000;
const FIELDS = ['Company', 'Phone', 'City'] as const;

/** Somebody who works with the CRM's records meanwhile: corrects them, and now and then deletes or converts one. */
export function startSalesperson(world: SimulatedWorld): void {
  const { clock, random, faults, monitor, trace, zoho } = world;
  let edits = 0;

  const work = (): void => {
    const leads = zoho.world.store.all('Leads').filter((lead) => lead.converted === undefined);
    if (leads.length > 0) {
      const lead = random.pick(leads);
      if (faults.strikes('edited_by_person')) {
        edits += 1;
        const field = random.pick(FIELDS);
        const value = field === 'Phone' ? `+1202555${9_000 + edits}` : `Corrected ${edits}`;
        trace.line('salesperson', `corrects ${field} of record ${lead.id}`);
        monitor.asPerson(() => void zoho.world.store.update(lead, { [field]: value }, false));
      } else if (faults.strikes('deleted_by_person')) {
        trace.line('salesperson', `deletes record ${lead.id}`);
        monitor.asPerson(() => zoho.world.store.remove(lead));
      } else if (faults.strikes('converted_by_person')) {
        trace.line('salesperson', `converts record ${lead.id}`);
        monitor.asPerson(() => void convertLead(lead, zoho.world));
      }
    }
    if (!faults.ended) clock.after(EVERY_MS, work);
  };
  clock.after(EVERY_MS, work);
}
