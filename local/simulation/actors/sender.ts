import type { SimulatedWorld } from '../simulated-world.ts';
import type { Submission } from '../submission.ts';
import { webhookRequest } from '../webhook-request.ts';

/** Those who send submissions, and send them again. */
export interface Senders {
  /** Requests that are under way or will be repeated. */
  waiting(): number;
}

const ATTEMPTS_MAX = 8;
const FIRST_WAIT_MS = 5_000;
const WAIT_MAX_MS = 120_000;

/**
 * Sends every submission at its time. A sender repeats what was not answered with 2xx or 409, a few times
 * and ever later; some send again what was answered, some of those with other content.
 */
export function startSenders(world: SimulatedWorld, submissions: readonly Submission[]): Senders {
  const { clock, random, faults, facts, monitor, trace } = world;
  let waiting = 0;

  const plan = (atMs: number, run: () => void): void => {
    waiting += 1;
    clock.after(Math.max(0, atMs - clock.nowMs()), () => {
      waiting -= 1;
      run();
    });
  };

  const send = async (submission: Submission, attempt: number, content: string): Promise<void> => {
    waiting += 1;
    const request = webhookRequest(submission, clock.nowMs(), content);
    const body = Buffer.from(request.body).toString();
    facts.byBody.set(body, withContent(submission, content));
    const ended = await world.intake.invoke(request);
    waiting -= 1;
    if (ended.kind === 'failed') monitor.failedInside(ended.error, 'The intake function');
    const status = ended.kind === 'answered' ? ended.result.status : 0;
    trace.line(
      'sender',
      `submission ${submission.number}, attempt ${attempt}: ${status || 'no answer'}`,
    );
    if (ended.kind === 'answered') await monitor.answered(submission, body, ended.result);
    if (status === 200 || status === 409) {
      sendMore(submission);
      return;
    }
    if (attempt >= ATTEMPTS_MAX) return;
    const waitMs = Math.min(WAIT_MAX_MS, FIRST_WAIT_MS * 2 ** attempt);
    plan(clock.nowMs() + random.between(waitMs / 2, waitMs), () => {
      void send(submission, attempt + 1, content);
    });
  };

  const forge = async (submission: Submission): Promise<void> => {
    const request = webhookRequest(submission, clock.nowMs(), ', forged');
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [
        name,
        name.includes('signature') ? value.replaceAll(/[0-9]/g, '7') : value,
      ]),
    );
    const ended = await world.intake.invoke({ ...request, headers });
    const status = ended.kind === 'answered' ? ended.result.status : 0;
    trace.line('sender', `a forged request: ${status || 'no answer'}`);
  };

  const sendMore = (submission: Submission): void => {
    const laterMs = clock.nowMs() + random.pick([0, 50, 20_000, 300_000]);
    if (faults.strikes('sent_with_other_content') && submission.source !== 'unnamed') {
      plan(laterMs, () => void send(submission, 1, ', changed'));
    } else if (faults.strikes('sent_twice')) {
      plan(laterMs, () => void send(submission, 1, ''));
    }
  };

  for (const submission of submissions) {
    if (submission.source !== 'website' && faults.isPlanned('forged')) {
      plan(submission.sentAtMs - 500, () => void forge(submission));
    }
    plan(submission.sentAtMs, () => void send(submission, 1, ''));
    if (faults.isPlanned('sent_at_once')) {
      plan(submission.sentAtMs + random.int(5), () => void send(submission, 1, ''));
    }
  }
  return { waiting: () => waiting };
}

function withContent(submission: Submission, content: string): Submission {
  if (content === '') return submission;
  return { ...submission, company: `${submission.company}${content}`, isPoison: false };
}
