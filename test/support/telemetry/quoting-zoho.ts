import type { SampleLead } from '../../../local/samples/sample-lead.ts';
import type { Provoker } from './provoker.ts';
import type { TelemetryWorld } from './telemetry-world.ts';
import { quoteOf, type SentRequest } from './watched-fetch.ts';

/** Plans what Zoho answers to the one write that holds the person's address, then sends the lead. */
export async function answerAbout(
  world: TelemetryWorld,
  lead: Provoker['lead'],
  source: string,
  name: string,
  answer: (request: SentRequest) => Response | Error,
  times = 1,
): Promise<SampleLead> {
  const email = `about.${name.replaceAll('_', '.')}@private-mail.example.com`;
  world.http.fail({
    matches: ({ url, body }) => url.includes('/crm/v8/') && body.includes(email),
    answer,
    times,
  });
  return await lead(source, name, { email });
}

/** One of Zoho's error objects, full of what was sent; the code aside, nothing in it may be told as it is. */
export function quotingStatus(code: string, request: SentRequest, more: object = {}): object {
  const quoted = quoteOf(request);
  const email = /"Email":"([^"]+)"/.exec(request.body)?.[1] ?? quoted;
  return {
    code,
    status: 'error',
    message: `${email} is wrong in ${quoted}`,
    error_info: quoted,
    details: {
      api_name: email,
      json_path: `$.data[0].${email}`,
      expected_data_type: email,
      value: quoted,
      duplicate_record: { id: email, Owner: { name: quoted }, module: { api_name: email } },
      ...more,
    },
  };
}
