import { executeClose, planClose } from '../../../lambdas/operations/quarantine/close-leads.ts';
import { createMemoryJournal } from '../../memory/memory-journal.ts';
import type { SimulatedWorld } from '../simulated-world.ts';

/** Closes a lead that lies in quarantine, as somebody does who has settled it by hand. It may be interrupted. */
export async function closeSomething(world: SimulatedWorld): Promise<void> {
  const { facts, random, queue, monitor, trace } = world;
  const aside = [...facts.events.values()].filter(({ record }) => record.state === 'quarantined');
  if (aside.length === 0) return;
  const { key } = random.pick(aside);
  trace.line('operator', 'closes a lead');
  const ended = await world.tool.invoke(async (ports) => {
    const plan = await planClose({ keys: [key] }, ports);
    const order = { by: 'local', reason: 'the simulation has settled it' };
    const journal = createMemoryJournal();
    return await executeClose(plan, order, {
      ...ports,
      journal,
      deadLetters: queue.deadLetterBrowser,
    });
  });
  if (ended.kind === 'failed') monitor.failedInside(ended.error, 'The closing');
}
