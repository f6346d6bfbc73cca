import * as z from 'zod/mini';

/**
 * One of Zoho's error or success objects. What is not of the expected type counts as absent: an
 * answer is never refused for a detail that decides nothing.
 */
export interface ZohoStatus {
  /** `SUCCESS`, `INVALID_DATA`, …; empty when absent. */
  readonly code: string;
  /** `success` or `error`; empty when absent. */
  readonly status: string;
  readonly action: string;
  /** Zoho's own words. May quote a value: never log or store it. */
  readonly message: string;
  readonly details: ZohoDetails;
}

/** Zoho's `details` of a row's status: what we read of them. */
export interface ZohoDetails {
  readonly id?: string | undefined;
  readonly api_name?: string | undefined;
  readonly json_path?: string | undefined;
  readonly maximum_length?: number | undefined;
  readonly expected_data_type?: string | undefined;
  readonly dependency_error?: string | undefined;
  readonly duplicate_record?: DuplicateRecord | undefined;
  readonly errors?: readonly ZohoStatus[] | undefined;
}

/** The record that holds a value that must be unique. */
export interface DuplicateRecord {
  readonly id?: string | undefined;
  readonly module?: { readonly api_name?: string | undefined } | undefined;
}

const text = z.catch(z.optional(z.string()), undefined);

const duplicateRecordSchema = z.catch(
  z.optional(
    z.object({ id: text, module: z.catch(z.optional(z.object({ api_name: text })), undefined) }),
  ),
  undefined,
);

const detailsSchema = z.object({
  id: text,
  api_name: text,
  json_path: text,
  maximum_length: z.catch(z.optional(z.number()), undefined),
  expected_data_type: text,
  dependency_error: text,
  duplicate_record: duplicateRecordSchema,
  errors: z.catch(z.optional(z.array(z.unknown())), undefined),
});

// The code is a number in the oldest shape: {"code":429,"error":"TOO_MANY_REQUESTS","error_info":…}.
const statusSchema = z.object({
  code: z.catch(z.string(), ''),
  error: z.catch(z.string(), ''),
  status: z.catch(z.string(), ''),
  action: z.catch(z.string(), ''),
  message: z.catch(z.string(), ''),
  error_info: z.catch(z.string(), ''),
  details: z.catch(z.record(z.string(), z.unknown()), {}),
});

/** Nesting of errors in errors that is followed; Zoho documents one level. */
const DEPTH_MAX = 3;

/** Reads one object of an answer; undefined when it is no object at all. */
export function parseZohoStatus(value: unknown, depth = 0): ZohoStatus | undefined {
  const parsed = statusSchema.safeParse(value);
  if (!parsed.success) return undefined;
  const { code, error, status, action, message, error_info: errorInfo } = parsed.data;
  return {
    code: code === '' ? error : code,
    status,
    action,
    message: message === '' ? errorInfo : message,
    details: parseDetails(parsed.data.details, depth),
  };
}

function parseDetails(value: Readonly<Record<string, unknown>>, depth: number): ZohoDetails {
  const parsed = detailsSchema.safeParse(value);
  if (!parsed.success) return {};
  const { errors, ...details } = parsed.data;
  if (errors === undefined || depth >= DEPTH_MAX) return details;
  const nested = errors.map((each) => parseZohoStatus(each, depth + 1));
  return { ...details, errors: nested.filter((each) => each !== undefined) };
}
