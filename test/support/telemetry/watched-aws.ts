import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { vi } from 'vitest';
import { quotingError } from './quoting-error.ts';

/** A call of AWS that goes wrong, once. */
export interface AwsFault {
  /** For example `SendMessageCommand`. */
  readonly command: string;
  /** Only a call whose input, as JSON, holds this. */
  readonly input?: string;
  /** The error quotes it, wherever an error can; absent: the call is answered as `{}`, as if there were nothing. */
  readonly quoted?: string;
}

/** Calls of AWS by every client of the process. */
export interface WatchedAws {
  /** What was sent to queues: bodies, attributes, groups. */
  readonly sent: () => readonly string[];
  readonly fail: (fault: AwsFault) => void;
  /** Faults that have not struck. */
  readonly pending: () => readonly AwsFault[];
}

type Command = { readonly input: object; readonly constructor: { readonly name: string } };
type Send = (this: unknown, command: Command, ...rest: readonly unknown[]) => Promise<unknown>;

/**
 * Watches the real SDK at the one place where every call passes, until `vi.restoreAllMocks`. What strikes is not
 * repeated by the SDK: it is what its last try ended with.
 */
export function watchAws(): WatchedAws {
  const sent: string[] = [];
  let faults: AwsFault[] = [];
  for (const client of [DynamoDBClient, SQSClient, SecretsManagerClient]) {
    const prototype = client.prototype as unknown as { send: Send };
    const original = prototype.send;
    const watched: Send = async function watched(command, ...rest) {
      const { name } = command.constructor;
      const input = JSON.stringify(command.input);
      if (name.startsWith('SendMessage')) sent.push(withoutAddress(command.input));
      const fault = faults.find(
        (each) => each.command === name && input.includes(each.input ?? ''),
      );
      if (fault === undefined) return await original.call(this, command, ...rest);
      faults = faults.filter((each) => each !== fault);
      if (fault.quoted === undefined) return {};
      throw quotingError(fault.quoted);
    };
    vi.spyOn(prototype, 'send').mockImplementation(watched);
  }
  return {
    sent: () => sent,
    fail: (fault) => {
      faults.push(fault);
    },
    pending: () => faults,
  };
}

/** All of it that travels with the message: its address names the queue. */
function withoutAddress(input: object): string {
  return JSON.stringify({ ...input, QueueUrl: undefined });
}
