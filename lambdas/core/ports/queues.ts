import type { DeadLetter } from '../dead-letter.ts';
import type { DeliveryMessage } from '../delivery-message.ts';

/** The queue of events that wait for delivery. */
export interface DeliveryQueue {
  /**
   * @param group events of one group share fair-queue treatment (a source, or `replay:<source>`)
   */
  enqueue(message: DeliveryMessage, group: string): Promise<void>;
  /**
   * Hides a received message for longer or shorter.
   *
   * @param delaySeconds 0–43,195, counted from now
   */
  defer(receiptHandle: string, delaySeconds: number): Promise<void>;
}

/** Where quarantined events are reported. */
export interface DeadLetterQueue {
  send(letter: DeadLetter): Promise<void>;
  /** Messages that lie there, hidden ones included; about right, as SQS counts. */
  count(): Promise<number>;
}
