import assert from 'node:assert';
import { DEFER_SECONDS_MAX } from '../../lambdas/core/delivery-message.ts';
import { StoreUnavailableError } from '../../lambdas/core/errors.ts';
import type { DeadLetterQueue, DeliveryQueue } from '../../lambdas/core/ports/queues.ts';
import type { Clock } from '../../lambdas/core/ports/world.ts';

/** What SQS may do to a message within its documented guarantees. Absent: nothing happens. */
export interface MemoryQueueFaults {
  /** Which of `count` visible messages is received next, 0 to `count - 1`: SQS keeps no order. */
  pick?(count: number): number;
  /** Whether a message stays visible although it was received: SQS delivers at least once. */
  redeliver?(): boolean;
  /** Whether a message vanishes although it was sent. */
  lose?(): boolean;
  /** How long a sent message stays invisible, in milliseconds. */
  delayMs?(): number;
}

/** How a queue behaves. */
export interface MemoryQueueOptions {
  readonly clock: Pick<Clock, 'nowMs'>;
  /** How long a received message stays hidden. */
  readonly visibilityMs: number;
  /** Receives after which the next one moves the message to the dead letters. */
  readonly maxReceiveCount: number;
  /** How long a message is kept, counted from when it was sent; for ever by default. */
  readonly retentionMs?: number;
  /** The same for dead letters; one that SQS moved keeps the time when it was first sent. */
  readonly deadLetterRetentionMs?: number;
  readonly faults?: MemoryQueueFaults;
}

/** A message as a receiver gets it. */
export interface ReceivedMessage {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly group?: string;
  /** 1 at the first receive. */
  readonly receiveCount: number;
  readonly sentAtMs: number;
}

/** A message that lies on the dead-letter queue. */
export interface DeadMessage {
  readonly messageId: string;
  readonly body: string;
  readonly group?: string;
  readonly sentAtMs: number;
}

/** A delivery queue and its dead-letter queue in memory. */
export interface MemoryQueue {
  readonly delivery: DeliveryQueue;
  readonly deadLetter: DeadLetterQueue;
  /** Takes up to `max` visible messages and hides them. */
  receive(max: number): readonly ReceivedMessage[];
  /** Ends a message. A receipt handle that is no longer valid does nothing, as on SQS. */
  delete(receiptHandle: string): void;
  deadLetters(): readonly DeadMessage[];
  /** Moves all dead letters back, as new messages, and says how many they were. */
  redrive(): number;
  /** Messages that have been sent and not deleted, hidden ones included; dead letters are not. */
  size(): number;
  /** Those of them that a receive could get now. */
  visible(): number;
  /**
   * When the oldest message was sent, of those received fewer than `receives` times: SQS's age metric leaves out
   * what was received three times (Amazon SQS, CloudWatch metrics, read 2026-11-22).
   */
  oldestSentAtMs(receives: number): number | undefined;
  /** When the next hidden message becomes visible (now or earlier: it is), if there is a message. */
  nextVisibleAtMs(): number | undefined;
  /** The dead letters as an operator's tool goes through them: each is taken once until given back. */
  readonly deadLetterBrowser: {
    take(hiddenSeconds: number): Promise<readonly { handle: string; body: string }[]>;
    remove(handles: readonly string[]): Promise<void>;
    giveBack(handles: readonly string[]): Promise<void>;
  };
}

interface StoredMessage {
  readonly messageId: string;
  readonly body: string;
  readonly group?: string;
  readonly sentAtMs: number;
  visibleAtMs: number;
  receivedAtMs: number;
  receiveCount: number;
  receiptHandle?: string;
}

/** No message is hidden for longer, counted from its receive. */
const HIDDEN_MS_MAX = 43_200_000;

/**
 * A queue that behaves as SQS is documented to, with the caller's clock and no timer of its own: a
 * message becomes visible because the clock has moved on.
 *
 * - A receipt handle belongs to one receive: after the next one, or after the message was deleted, the old
 *   handle neither deletes nor defers. Once the message is visible again it still deletes, but no longer
 *   defers; and it can't defer beyond 12 hours after the receive (Amazon SQS, visibility timeout and
 *   ChangeMessageVisibility, read 2026-11-22).
 * - A message that is moved to the dead letters keeps its id and the time when it was sent, so its
 *   retention goes on; one that is redriven is a new message with a new id, time and count (Amazon SQS,
 *   dead-letter queues and redrive, read 2026-11-22).
 * - Groups order nothing on a standard queue. Fair treatment only matters when consumers are too few, and
 *   `pick` covers any order, so a group is only carried along.
 */
export function createMemoryQueue(options: MemoryQueueOptions): MemoryQueue {
  const { clock } = options;
  const queue: QueueState = {
    ...options,
    messages: new Map(),
    held: new Map(),
    dead: new Map(),
    sequence: 0,
  };

  return {
    delivery: {
      enqueue: async (message, group) => put(queue, JSON.stringify(message), group),
      defer: async (receiptHandle, delaySeconds) => defer(queue, receiptHandle, delaySeconds),
    },
    deadLetter: {
      send: async (letter) => {
        const messageId = nextId(queue, 'letter');
        const body = JSON.stringify(letter);
        queue.dead.set(messageId, { messageId, body, sentAtMs: clock.nowMs() });
      },
      count: async () => {
        expire(queue);
        return queue.dead.size;
      },
    },
    receive: (max) => receive(queue, max),
    delete: (receiptHandle) => {
      const message = queue.held.get(receiptHandle);
      if (message !== undefined) forget(queue, message);
    },
    deadLetters: () => {
      expire(queue);
      return [...queue.dead.values()];
    },
    redrive: () => {
      expire(queue);
      const letters = [...queue.dead.values()];
      queue.dead.clear();
      for (const { body, group } of letters) put(queue, body, group);
      return letters.length;
    },
    size: () => {
      expire(queue);
      return queue.messages.size;
    },
    visible: () => {
      expire(queue);
      const nowMs = queue.clock.nowMs();
      return [...queue.messages.values()].filter(({ visibleAtMs }) => visibleAtMs <= nowMs).length;
    },
    oldestSentAtMs: (receives) => {
      expire(queue);
      // They lie in the order in which they were sent.
      for (const { receiveCount, sentAtMs } of queue.messages.values()) {
        if (receiveCount < receives) return sentAtMs;
      }
      return undefined;
    },
    nextVisibleAtMs: () => {
      expire(queue);
      let next: number | undefined;
      for (const { visibleAtMs } of queue.messages.values()) {
        if (next === undefined || visibleAtMs < next) next = visibleAtMs;
      }
      return next;
    },
    deadLetterBrowser: browseDeadLetters(queue),
  };
}

interface QueueState extends MemoryQueueOptions {
  readonly messages: Map<string, StoredMessage>;
  /** Messages by their latest receipt handle. */
  readonly held: Map<string, StoredMessage>;
  readonly dead: Map<string, DeadMessage>;
  sequence: number;
}

function nextId(queue: QueueState, kind: string): string {
  queue.sequence += 1;
  return `${kind}-${queue.sequence}`;
}

function put(queue: QueueState, body: string, group?: string): void {
  const { clock, faults } = queue;
  if (faults?.lose?.() === true) return;
  const messageId = nextId(queue, 'message');
  const sentAtMs = clock.nowMs();
  queue.messages.set(messageId, {
    messageId,
    body,
    ...(group === undefined ? {} : { group }),
    sentAtMs,
    visibleAtMs: sentAtMs + (faults?.delayMs?.() ?? 0),
    receivedAtMs: 0,
    receiveCount: 0,
  });
}

function defer(queue: QueueState, receiptHandle: string, delaySeconds: number): void {
  assert(
    Number.isInteger(delaySeconds) && delaySeconds >= 0 && delaySeconds <= DEFER_SECONDS_MAX,
    `delaySeconds must be a whole number from 0 to ${DEFER_SECONDS_MAX}, not ${delaySeconds}`,
  );
  expire(queue);
  const nowMs = queue.clock.nowMs();
  const message = queue.held.get(receiptHandle);
  if (message === undefined || message.visibleAtMs <= nowMs) return;
  const visibleAtMs = nowMs + delaySeconds * 1_000;
  if (visibleAtMs > message.receivedAtMs + HIDDEN_MS_MAX) {
    const cause = new Error('the total visibility timeout is beyond the limit of 43,200 seconds');
    throw new StoreUnavailableError('The delivery queue', cause);
  }
  message.visibleAtMs = visibleAtMs;
}

// One answer never holds a message twice: one that stays visible is for another receiver.
function receive(queue: QueueState, max: number): readonly ReceivedMessage[] {
  expire(queue);
  const nowMs = queue.clock.nowMs();
  const visible: StoredMessage[] = [];
  for (const message of queue.messages.values()) {
    if (message.visibleAtMs <= nowMs) visible.push(message);
  }
  const received: ReceivedMessage[] = [];
  while (received.length < max && visible.length > 0) {
    const [message] = visible.splice(queue.faults?.pick?.(visible.length) ?? 0, 1);
    assert(message !== undefined, 'pick chooses one of the visible messages');
    const taken = take(queue, message);
    if (taken !== 'moved') received.push(taken);
  }
  return received;
}

function take(queue: QueueState, message: StoredMessage): ReceivedMessage | 'moved' {
  const { messageId, body, sentAtMs } = message;
  const group = message.group === undefined ? {} : { group: message.group };
  message.receiveCount += 1;
  if (message.receiveCount > queue.maxReceiveCount) {
    forget(queue, message);
    queue.dead.set(messageId, { messageId, body, ...group, sentAtMs });
    return 'moved';
  }
  const receiptHandle = nextId(queue, 'receipt');
  if (message.receiptHandle !== undefined) queue.held.delete(message.receiptHandle);
  message.receiptHandle = receiptHandle;
  message.receivedAtMs = queue.clock.nowMs();
  queue.held.set(receiptHandle, message);
  if (queue.faults?.redeliver?.() !== true) {
    message.visibleAtMs = message.receivedAtMs + queue.visibilityMs;
  }
  const { receiveCount } = message;
  return { messageId, receiptHandle, body, ...group, receiveCount, sentAtMs };
}

function forget(queue: QueueState, message: StoredMessage): void {
  queue.messages.delete(message.messageId);
  if (message.receiptHandle !== undefined) queue.held.delete(message.receiptHandle);
}

/** Forgets what has been kept for long enough. Messages lie in the order in which they were sent. */
function expire(queue: QueueState): void {
  const nowMs = queue.clock.nowMs();
  const { retentionMs = Infinity, deadLetterRetentionMs = Infinity } = queue;
  for (const message of queue.messages.values()) {
    if (message.sentAtMs + retentionMs > nowMs) break;
    forget(queue, message);
  }
  if (deadLetterRetentionMs === Infinity) return;
  for (const letter of queue.dead.values()) {
    if (letter.sentAtMs + deadLetterRetentionMs <= nowMs) queue.dead.delete(letter.messageId);
  }
}

const LETTERS_PER_TAKE = 10;

function browseDeadLetters(queue: QueueState): MemoryQueue['deadLetterBrowser'] {
  const hiddenUntilMs = new Map<string, number>();
  return {
    take: async (hiddenSeconds) => {
      const nowMs = queue.clock.nowMs();
      const taken = [...queue.dead.values()]
        .filter(({ messageId }) => (hiddenUntilMs.get(messageId) ?? 0) <= nowMs)
        .slice(0, LETTERS_PER_TAKE);
      for (const { messageId } of taken) {
        hiddenUntilMs.set(messageId, nowMs + hiddenSeconds * 1_000);
      }
      return taken.map(({ messageId, body }) => ({ handle: messageId, body }));
    },
    remove: async (handles) => {
      for (const handle of handles) queue.dead.delete(handle);
    },
    giveBack: async (handles) => {
      for (const handle of handles) hiddenUntilMs.delete(handle);
    },
  };
}
