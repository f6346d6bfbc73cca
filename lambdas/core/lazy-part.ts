/** Reads a part of a bundle: from its file the first time, from memory from then on. */
export type LazyPart<Part> = () => Promise<Part>;

const declared: LazyPart<unknown>[] = [];

/**
 * Declares a part of a bundle that a cold start does not read: it is read when it is first needed (ADR 11).
 *
 * One promise for all who need it, so that whoever comes later waits for as many turns of the event loop as the one before.
 *
 * @param read an `import()`, and nothing else
 */
export function lazyPart<Part>(read: () => Promise<Part>): LazyPart<Part> {
  let reading: Promise<Part> | undefined;
  const part = async (): Promise<Part> => {
    reading ??= read();
    return await reading;
  };
  declared.push(part);
  return part;
}

/**
 * Reads all parts that the modules loaded so far have declared. Waiting for a file is not virtual time: whoever must
 * have the same steps in the same order twice, as the simulation must, awaits this before.
 */
export async function preloadLazyParts(): Promise<void> {
  await Promise.all(declared.map(async (part) => await part()));
}
