/** Of a name's characters, so many may differ for another one to be meant. */
const PART_MAX = 0.25;

/**
 * Finds the name that somebody may have meant.
 *
 * @returns the nearest one, case and underscores aside; `undefined` when none is near
 */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  const wanted = plain(name);
  const distanceMax = Math.max(1, Math.floor(wanted.length * PART_MAX));
  let best: { readonly name: string; readonly distance: number } | undefined;
  for (const each of names) {
    const distance = editDistance(wanted, plain(each));
    if (distance <= distanceMax && distance < (best?.distance ?? Number.POSITIVE_INFINITY)) {
      best = { name: each, distance };
    }
  }
  return best?.name;
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

/** Characters to insert, delete or replace, or neighbours to swap (optimal string alignment), row by row. */
function editDistance(from: string, to: string): number {
  let before: readonly number[] = [];
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (const [index, character] of from.split('').entries()) {
    const next = [index + 1];
    for (const [at, other] of to.split('').entries()) {
      const isSwap = at > 0 && character === to[at - 1] && other === from[index - 1];
      next.push(
        Math.min(
          (next[at] ?? 0) + 1,
          (row[at + 1] ?? 0) + 1,
          (row[at] ?? 0) + (character === other ? 0 : 1),
          isSwap ? (before[at - 1] ?? 0) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    [before, row] = [row, next];
  }
  return row[to.length] ?? 0;
}

/**
 * Says which name may have been meant, to stand behind what is wrong with one.
 *
 * @returns ` (did you mean "company"?)`; empty when none is near
 */
export function didYouMean(name: unknown, names: readonly string[]): string {
  const near = typeof name === 'string' ? nearestName(name, names) : undefined;
  return near === undefined ? '' : ` (did you mean "${near}"?)`;
}
