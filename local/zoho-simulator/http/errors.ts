import type { SimReply } from './message.ts';
import { jsonReply } from './message.ts';

/** The body of one error, of a row or of a whole request. */
export interface ZohoError {
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly message: string;
  readonly status: 'error';
}

/** A whole request refused, before any row was looked at. */
export interface Refusal {
  readonly kind: 'refusal';
  readonly status: number;
  readonly error: ZohoError;
  readonly headers?: Readonly<Record<string, string>>;
}

/** How request-level errors are wrapped: Zoho's specification shows both forms for the same codes. */
export type RequestErrorShape = 'flat' | 'wrapped';

/** Builds an error body. */
export function zohoError(
  code: string,
  message: string,
  details: Readonly<Record<string, unknown>> = {},
): ZohoError {
  return { code, details, message, status: 'error' };
}

/** Refuses a whole request. */
export function refuse(
  status: number,
  code: string,
  message: string,
  details: Readonly<Record<string, unknown>> = {},
): Refusal {
  return { kind: 'refusal', status, error: zohoError(code, message, details) };
}

/** Turns a refusal into an answer. */
export function refusalReply(refusal: Refusal, shape: RequestErrorShape): SimReply {
  const body = shape === 'wrapped' ? { data: [refusal.error] } : refusal.error;
  return jsonReply(refusal.status, body, refusal.headers);
}

/** Whether a parsed thing is a refusal instead. */
export function isRefusal(value: object): value is Refusal {
  return 'kind' in value && value.kind === 'refusal';
}

/** A field's value that Zoho does not take. */
export function invalidData(
  apiName: string,
  jsonPath: string,
  details: Readonly<Record<string, unknown>>,
  message = 'invalid data',
): ZohoError {
  return zohoError('INVALID_DATA', message, { ...details, api_name: apiName, json_path: jsonPath });
}

/** The body is no JSON object with a `data` array: the two forms of Zoho's INVALID_DATA for it. */
export function invalidBody(expected: 'jsonobject' | 'jsonarray', apiName?: string): Refusal {
  return apiName === undefined
    ? refuse(400, 'INVALID_DATA', 'body', { expected_data_type: expected })
    : refuse(400, 'INVALID_DATA', 'invalid data', {
        expected_data_type: expected,
        api_name: apiName,
        json_path: `$.${apiName}`,
      });
}
