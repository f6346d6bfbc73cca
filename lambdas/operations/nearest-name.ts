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

/** Characters to insert, delete or replace (Levenshtein), row by row. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (const [index, character] of from.split('').entries()) {
    const next = [index + 1];
    for (const [at, other] of to.split('').entries()) {
      next.push(
        Math.min(
          (next[at] ?? 0) + 1,
          (row[at + 1] ?? 0) + 1,
          (row[at] ?? 0) + (character === other ? 0 : 1),
        ),
      );
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
