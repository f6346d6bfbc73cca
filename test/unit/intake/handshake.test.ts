import { describe, expect, it } from 'vitest';
import { anIntake, anIntakeRequest, type IntakeHarness } from '../../support/intake-harness.ts';
import { SECRET } from '../../support/webhook-builders.ts';

const TOKEN = 'a-token-to-verify';
const META = { 'hub.mode': 'subscribe', 'hub.verify_token': TOKEN, 'hub.challenge': '1158201444' };
const CHALLENGE_CODE = '890e4665-4dfe-4ab1-b689-ed553bceeed0';

function anIntakeThatIsAsked(): IntakeHarness {
  const intake = anIntake({
    sources: { ads: { provider: 'meta' }, leads: { provider: 'linkedin' } },
  });
  const secret = JSON.stringify({ current: SECRET, verify_token: TOKEN });
  intake.secrets.set('source/ads', secret);
  return intake;
}

async function ask(intake: IntakeHarness, path: string, query: Record<string, string>) {
  const request = anIntakeRequest({ method: 'GET', path });
  return await intake.receive({ ...request, query: new Map(Object.entries(query)) });
}

describe('a sender that asks whether the address is ours', () => {
  it('gets its challenge back as plain text, and nothing is stored', async () => {
    const intake = anIntakeThatIsAsked();

    expect(await ask(intake, '/hooks/ads', META)).toMatchObject({
      status: 200,
      headers: { 'content-type': 'text/plain' },
      body: '1158201444',
    });
    expect(intake.stored).toEqual([]);
  });

  it('gets its challenge signed, as JSON', async () => {
    const intake = anIntakeThatIsAsked();

    const answer = await ask(intake, '/hooks/leads', { challengeCode: CHALLENGE_CODE });

    expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'application/json' } });
    expect(JSON.parse(answer.body)).toMatchObject({
      challengeCode: CHALLENGE_CODE,
      challengeResponse: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
  });

  it.each([
    ['with another token', '/hooks/ads', { ...META, 'hub.verify_token': 'a-token-that-is-wrong' }],
    ['with markup', '/hooks/ads', { ...META, 'hub.challenge': '<b>' }],
    ['without a challenge', '/hooks/leads', {}],
    ['for a signature of a body', '/hooks/leads', { challengeCode: '{"type":"LEAD_ACTION"}' }],
  ])('%s gets 403, and its words are not repeated', async (_, path, query) => {
    const answer = await ask(anIntakeThatIsAsked(), path, query);

    expect(answer).toMatchObject({ status: 403, body: '{"status":"refused"}' });
  });

  it('is answered as soon as its token was changed', async () => {
    const intake = anIntakeThatIsAsked();
    await ask(intake, '/hooks/ads', META);
    intake.secrets.set(
      'source/ads',
      JSON.stringify({ current: SECRET, verify_token: 'the-token-from-now-on' }),
    );

    const answer = await ask(intake, '/hooks/ads', {
      ...META,
      'hub.verify_token': 'the-token-from-now-on',
    });

    expect(answer.status).toBe(200);
  });

  it('gets 503 while the secret cannot be read: the fault is ours', async () => {
    const intake = anIntakeThatIsAsked();
    intake.broken.secrets = true;

    expect((await ask(intake, '/hooks/ads', META)).status).toBe(503);
  });
});
