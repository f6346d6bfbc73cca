import assert from 'node:assert';
import { DEFER_SECONDS_MAX } from '../../lambdas/core/delivery-message.ts';
import type { Clock, DeadLetterQueue, DeliveryQueue } from '../../lambdas/core/ports.ts';

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
  receiveCount: number;
  receiptHandle?: string;
}

/**
 * A queue that behaves as SQS is documented to, with the caller's clock and no timer of its own: a
 * message becomes visible because the clock has moved on.
 *
 * Receipt handles belong to one receive: after the next one, or after the message was deleted, the
 * old handle neither deletes nor defers (Amazon SQS, visibility timeout, read 2026-11-22).
 */
export function createMemoryQueue(options: MemoryQueueOptions): MemoryQueue {
  const { clock } = options;
  const queue: QueueState = { ...options, messages: new Map(), dead: new Map(), sequence: 0 };

  return {
    delivery: {
      enqueue: async (message, group) => put(queue, JSON.stringify(message), group),
      defer: async (receiptHandle, delaySeconds) => {
        assert(
          Number.isInteger(delaySeconds) && delaySeconds >= 0 && delaySeconds <= DEFER_SECONDS_MAX,
        );
        const message = heldBy(queue, receiptHandle);
        if (message !== undefined) message.visibleAtMs = clock.nowMs() + delaySeconds * 1_000;
      },
    },
    deadLetter: {
      send: async (letter) => {
        const messageId = nextId(queue, 'letter');
        const body = JSON.stringify(letter);
        queue.dead.set(messageId, { messageId, body, sentAtMs: clock.nowMs() });
      },
      count: async () => queue.dead.size,
    },
    receive: (max) => receive(queue, max),
    delete: (receiptHandle) => {
      const message = heldBy(queue, receiptHandle);
      if (message !== undefined) queue.messages.delete(message.messageId);
    },
    deadLetters: () => [...queue.dead.values()],
    redrive: () => {
      const letters = [...queue.dead.values()];
      queue.dead.clear();
      for (const letter of letters) put(queue, letter.body);
      return letters.length;
    },
    size: () => queue.messages.size,
    nextVisibleAtMs: () => {
      const times = [...queue.messages.values()].map((message) => message.visibleAtMs);
      return times.length === 0 ? undefined : Math.min(...times);
    },
    deadLetterBrowser: browseDeadLetters(queue),
  };
}

interface QueueState extends MemoryQueueOptions {
  readonly messages: Map<string, StoredMessage>;
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
    receiveCount: 0,
  });
}

function receive(queue: QueueState, max: number): readonly ReceivedMessage[] {
  const received = new Map<string, ReceivedMessage>();
  while (received.size < max) {
    const message = pickVisible(queue, received);
    if (message === undefined) break;
    const taken = take(queue, message);
    if (taken !== 'moved') received.set(taken.messageId, taken);
  }
  return [...received.values()];
}

// A message that was redelivered is for another receiver: one answer never holds it twice.
function pickVisible(
  queue: QueueState,
  received: ReadonlyMap<string, unknown>,
): StoredMessage | undefined {
  const nowMs = queue.clock.nowMs();
  const visible = [...queue.messages.values()].filter(
    (message) => message.visibleAtMs <= nowMs && !received.has(message.messageId),
  );
  return visible[visible.length === 0 ? 0 : (queue.faults?.pick?.(visible.length) ?? 0)];
}

function take(queue: QueueState, message: StoredMessage): ReceivedMessage | 'moved' {
  const { messageId, body, sentAtMs, group } = message;
  message.receiveCount += 1;
  if (message.receiveCount > queue.maxReceiveCount) {
    queue.messages.delete(messageId);
    queue.dead.set(messageId, { messageId, body, sentAtMs });
    return 'moved';
  }
  const receiptHandle = nextId(queue, 'receipt');
  message.receiptHandle = receiptHandle;
  if (queue.faults?.redeliver?.() !== true) {
    message.visibleAtMs = queue.clock.nowMs() + queue.visibilityMs;
  }
  return {
    messageId,
    receiptHandle,
    body,
    ...(group === undefined ? {} : { group }),
    receiveCount: message.receiveCount,
    sentAtMs,
  };
}

function heldBy(queue: QueueState, receiptHandle: string): StoredMessage | undefined {
  return [...queue.messages.values()].find((message) => message.receiptHandle === receiptHandle);
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
