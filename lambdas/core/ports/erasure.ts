/**
 * What became of an event that was to be erased.
 *
 * - `erased`: only its tombstone is left of its state; also when it was erased before, or had never got a state
 * - `in_delivery`: a consumer has it until `untilMs`; nothing was changed
 */
export type EventErasure =
  | { readonly kind: 'erased' }
  | { readonly kind: 'in_delivery'; readonly untilMs: number };

/** When, and under which mark, an event is erased. */
export interface EventErasureRequest {
  /** The tombstone's, made of the payload's fingerprint: see `contentMark`. */
  readonly markOf: (payloadHash: string) => string;
  readonly nowMs: number;
}

/**
 * Takes away what is kept of a person. For operators: no function has the right to it.
 *
 * Each method lets out `StoreUnavailableError`, and may be repeated.
 */
export interface StoreEraser {
  /**
   * Turns an event's state into a tombstone, from every state but that of a delivery under way. A payload that has
   * no state yet, because its acceptance was interrupted, gets one as well.
   */
  eraseEvent(key: string, request: EventErasureRequest): Promise<EventErasure>;
  /**
   * Deletes what lies beside an event's tombstone: requests, answers, readings, history, and bodies in the
   * bucket. Beside anything else than a tombstone nothing is deleted.
   *
   * @returns how many items and bodies there were
   */
  removePayloads(key: string): Promise<number>;
  /**
   * Takes events from an identity's list.
   *
   * @returns how many of them were there
   */
  unlink(module: string, identity: string, keys: ReadonlySet<string>): Promise<number>;
  /**
   * Forgets that a person submitted to a source before.
   *
   * @param personHash keyed hash of the e-mail address
   * @returns whether that was known
   */
  forgetSubmitter(source: string, personHash: string): Promise<boolean>;
}

/** A body in the bucket. */
export interface ArchivedBody {
  /** As items point to it: `s3://<bucket>/<name>`. */
  readonly pointer: string;
  /** Epoch milliseconds, by the bucket's clock. */
  readonly storedAtMs: number;
}

/** The bodies in the bucket, those too that no item points to: a repeated request leaves one. For operators. */
export interface BodyShelf {
  /** A page of the bodies. */
  list(cursor?: string): Promise<{
    readonly bodies: readonly ArchivedBody[];
    /** Absent on the last page. */
    readonly cursor?: string;
  }>;
  /** The body as it came; `undefined` when it is gone. */
  read(pointer: string): Promise<Uint8Array | undefined>;
  remove(pointer: string): Promise<void>;
}
