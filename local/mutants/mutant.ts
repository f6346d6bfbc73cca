/** One place of a deliberate fault: what stands in a file now, and what the mutant has instead. */
export interface Patch {
  /** Path from the root of the repository. */
  readonly file: string;
  /** The present text; it must stand in the file exactly once. */
  readonly find: string;
  readonly replace: string;
}

/** A promise of `docs/guarantees.md`. */
export type Guarantee = 'G1' | 'G2' | 'G3' | 'G4' | 'G5' | 'G6' | 'G7' | 'G8' | 'G9';

/**
 * A deliberate fault of our own code: what a hurried change could make of it, and the promise that would
 * then be broken. It lives in a copy of the source only; nothing that ships can switch it on.
 */
export interface Mutant {
  /** Kebab-case, unique. */
  readonly name: string;
  /** What the code does wrong, in one sentence. */
  readonly fault: string;
  /** The guarantee that the code it removes keeps; another may be seen broken first. */
  readonly breaks: Guarantee;
  /** One or more. */
  readonly patches: readonly Patch[];
}
