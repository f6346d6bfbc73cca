import { aToldPerson, personalTextsOf } from './people.ts';
import type { Provoker } from './provoker.ts';
import type { TelemetryWorld } from './telemetry-world.ts';
import {
  quoteOf,
  quotingJson,
  quotingPage,
  quotingSilence,
  type SentRequest,
} from './watched-fetch.ts';

/** What is wrong with a request or its body, and what cannot be read of it after it was accepted. */
export async function provokeIntake(
  world: TelemetryWorld,
  { lead, seen }: Provoker,
): Promise<void> {
  const { current = '' } = world.secretOf('leads');
  const person = aToldPerson('intake', 50);
  world.forbidPerson('a value of a lead that intake turns down', ...personalTextsOf(person));
  const told = JSON.stringify({ ...person, submission_id: 'intake-1' });
  const json = { 'content-type': 'application/json', 'x-lead-secret': current };
  await world.sendRaw('/hooks/leads', { headers: json, body: `{"cut": "${told.slice(0, -9)}` });
  await world.sendRaw('/hooks/leads', { headers: json, body: JSON.stringify([[person.email]]) });
  await world.sendRaw('/hooks/leads', {
    headers: json,
    body: JSON.stringify({ submission_id: 'intake-2', first_name: person.firstName }),
  });
  await world.sendRaw(`/hooks/leads?email=${encodeURIComponent(person.email)}`, { body: told });
  await world.sendRaw(`/hooks/${encodeURIComponent(person.email)}`, { body: told });
  await world.sendRaw(`/hooks/leads/${encodeURIComponent(person.email)}`, { body: told });
  await world.sendRaw(`/${encodeURIComponent(person.email)}`, { body: told });
  await world.sendRaw('/hooks/leads', { method: 'PUT', headers: json, body: told });
  await world.sendRaw('/hooks/leads', {
    headers: json,
    body: JSON.stringify({ message: told.repeat(Math.ceil(1_100_000 / told.length)) }),
  });
  await world.sendRaw('/hooks/page', { headers: { 'content-type': 'text/csv' }, body: told });
  await world.sendRaw('/hooks/page', {
    headers: { 'content-type': 'application/json', origin: 'https://elsewhere.example.com' },
    body: told,
  });
  await world.sendRaw('/hooks/signed', {
    headers: { 'content-type': 'application/json', 'typeform-signature': `sha256=${person.email}` },
    body: told,
  });
  const verify = new URLSearchParams({
    'hub.mode': 'subscribe',
    'hub.challenge': '4711',
    'hub.verify_token': `${person.email}-is-no-token`,
  });
  await world.sendRaw(`/hooks/details_gone?${verify}`, { method: 'GET' });

  const turnstile = ({ url }: SentRequest): boolean => url.includes('/siteverify');
  world.http.fail({ matches: turnstile, answer: (request) => quotingPage(500, request), times: 2 });
  await lead('human', 'unverified_human');
  world.http.fail({ matches: turnstile, answer: quotingSilence, times: 2 });
  await lead('human', 'unverified_human');
  world.http.fail({
    matches: turnstile,
    answer: (request) =>
      quotingJson(200, {
        success: false,
        'error-codes': [quoteOf(request)],
        messages: [request.body],
      }),
  });
  await lead('human', 'not_human');
  await Promise.all(
    (['unreadable_body', 'unknown_shape', 'missing_identity', 'unverified_human'] as const).map(
      seen,
    ),
  );
}
