import type { Observer, ObserverContext } from '../observer.ts';

/** G3: an event of somebody whose lead was converted becomes one note on the contact. */
export function observeNotes({ check }: ObserverContext): Observer {
  const notes = new Map<string, number>();
  return {
    committed: ({ by, before, after }) => {
      if (by !== 'holdfast' || before !== undefined || after.module !== 'Notes') return;
      const { Parent_Id: parent, Note_Title: title } = after.fields;
      const note = `${JSON.stringify(parent)} ${String(title)}`;
      const times = (notes.get(note) ?? 0) + 1;
      notes.set(note, times);
      check('G3 one note an event', times === 1, () => `One event became ${times} notes.`);
    },
  };
}
