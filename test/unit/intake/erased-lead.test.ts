import { describe, expect, it } from 'vitest';
import { keyedHash } from '../../../lambdas/core/identity.ts';
import { contentMark } from '../../../lambdas/core/tombstone.ts';
import { anIntake, bodyOf, type IntakeHarness, PEPPER } from '../../support/intake-harness.ts';

const PAGE = { 'content-type': 'application/json', origin: 'https://www.example.com' };

const aForm = (overrides: Record<string, string> = {}) =>
  JSON.stringify({ submission_id: 's-1', name: 'Ana Ng', email: 'ana@example.com', ...overrides });

/** Takes a form in and erases it. @returns its key */
async function takenAndErased(intake: IntakeHarness, source: string): Promise<string> {
  await intake.post(`/hooks/${source}`, aForm(), PAGE);
  const { key } = intake.stored[0]!;
  const markOf = (payloadHash: string) => contentMark(payloadHash, PEPPER);
  await intake.store.eraseEvent(key, { markOf, nowMs: intake.clock.nowMs });
  await intake.store.removePayloads(key);
  return key;
}

describe('a lead that was erased', () => {
  it('is answered as a duplicate when its sender repeats it, and nothing of it is kept', async () => {
    const intake = anIntake();
    const key = await takenAndErased(intake, 'website');
    const tombstone = await intake.store.readRecord(key);
    const messages = intake.messages.length;

    const response = await intake.post('/hooks/website', aForm(), PAGE);

    const { payloadHash } = intake.stored[0]!;
    expect(response.status).toBe(200);
    expect(bodyOf(response)).toMatchObject({
      status: 'duplicate',
      events: [{ idempotency_key: key, duplicate: true }],
    });
    expect(await intake.store.readRecord(key)).toEqual(tombstone);
    expect(await intake.store.readRaw(key, payloadHash)).toBeUndefined();
    expect(await intake.store.readNormalized(key, payloadHash)).toBeUndefined();
    expect(intake.messages).toHaveLength(messages);
    expect(intake.log.lines.map((line) => line.message)).toContain(
      'An erased lead came again; nothing of it was kept',
    );
  });

  it('does not silence somebody else whose page used the same id', async () => {
    const intake = anIntake();
    const key = await takenAndErased(intake, 'website');

    const other = { email: 'ben@example.com' };
    const response = await intake.post('/hooks/website', aForm(other), PAGE);
    const repeated = await intake.post('/hooks/website', aForm(other), PAGE);

    expect(bodyOf(response)).toMatchObject({ status: 'accepted' });
    expect(intake.stored).toHaveLength(2);
    expect(intake.stored[1]!.key).not.toBe(key);
    expect(bodyOf(repeated)).toMatchObject({ status: 'duplicate' });
  });

  it('leaves no trace of its address where repeated addresses are watched', async () => {
    const intake = anIntake();
    await takenAndErased(intake, 'strict');
    const hash = keyedHash(PEPPER, 'email', 'ana@example.com');
    expect(await intake.store.forgetSubmitter('strict', hash)).toBe(true);

    await intake.post('/hooks/strict', aForm(), PAGE);

    expect(await intake.store.forgetSubmitter('strict', hash)).toBe(false);
  });
});
