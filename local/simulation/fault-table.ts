/**
 * Everything that can go wrong, with its probability at each opportunity.
 *
 * A seed's scenario turns some of them on, and scales them; what is off draws nothing.
 */
export const FAULTS = {
  // The process
  crash_before: [0.003, 'a container dies before a call is made'],
  crash_after: [0.003, 'a container dies after a call took effect, before it knows'],
  crash_aimed: [0.5, 'a container dies at a call of the kinds that the seed has chosen'],
  cold_start: [0.1, 'a container is not used again'],
  clock_skew: [1, "a container's clock is up to 2 s off"],
  // The table
  table_throttled: [0.012, 'a call of the table is refused for lack of capacity; nothing is done'],
  table_timed_out: [0.012, 'a call of the table is carried out, but its answer does not come'],
  table_slow: [0.002, 'a call of the table takes 2 to 40 s'],
  // The queue
  message_lost: [0.03, 'a message vanishes although it was sent'],
  message_duplicated: [0.05, 'a message is received, and stays visible'],
  message_reordered: [0.5, 'any visible message comes next, not the first'],
  message_late: [0.1, 'a message stays hidden for up to 90 s after it was sent'],
  enqueue_refused: [0.03, 'a message can not be sent'],
  defer_refused: [0.03, "a message's visibility can not be changed"],
  letter_refused: [0.05, 'a dead letter can not be sent'],
  acknowledge_lost: [0.03, 'a message is not deleted although it was handled'],
  // The secret store
  secret_unavailable: [0.02, 'a secret can not be read'],
  // Zoho, a call: of several, the first strikes
  zoho_refuses_connection: [0.012, 'no connection; nothing was sent'],
  zoho_slow: [0.03, 'an answer takes 2 to 9 s'],
  zoho_reset_before: [0.01, 'the connection is reset before the call takes effect'],
  zoho_reset_after: [0.012, 'the connection is reset after the call took effect'],
  zoho_silent_before: [0.012, 'no answer, and no effect'],
  zoho_silent_after: [0.015, 'no answer, though the call took effect'],
  zoho_late: [0.02, 'the call takes effect up to 25 s later, even when its caller has gone'],
  zoho_rate_limited: [0.02, '429: too many calls at a time'],
  zoho_internal_error: [0.01, '500 before the call takes effect'],
  zoho_internal_error_after: [0.01, '500 although the call took effect'],
  zoho_bad_gateway: [0.01, '502 with an HTML page'],
  zoho_unavailable: [0.01, '503'],
  zoho_cut_json: [0.01, 'half of the JSON'],
  zoho_cut_connection: [0.006, 'half of the promised bytes, then a reset'],
  zoho_short_data: [0.006, "the last row's result is missing"],
  zoho_error_with_200: [0.005, '200 whose body says error'],
  zoho_turns_token_down: [0.01, '401, though the token is good'],
  // Zoho, a record
  record_locked: [0.01, 'a record is locked for up to two minutes'],
  // Zoho, the organisation
  accounts_throttled: [0.2, 'the accounts server gives no token: too many requests'],
  accounts_silent: [0.1, 'the accounts server does not answer'],
  token_short_lived: [1, 'access tokens live for 4 to 12 minutes'],
  tokens_expired: [0.02, 'all access tokens end at once'],
  token_revoked: [1, 'the refresh token is revoked, until an operator brings a new one'],
  search_lag: [1, 'the search index is up to ten minutes behind'],
  check_then_insert: [1, 'Zoho checks for duplicates, waits, and then writes, without a lock'],
  outage: [1, 'Zoho is gone for minutes to hours'],
  credits_low: [1, 'few API credits are left'],
  // The API of a provider whose webhooks only name submissions, a call: of several, the first strikes
  api_refuses_connection: [0.02, 'no connection to the API'],
  api_slow: [0.06, 'an answer takes 2 to 7 s'],
  api_silent: [0.03, 'the API does not answer'],
  api_unavailable: [0.05, '500'],
  api_rate_limited: [0.05, '429: too many requests'],
  api_cut_json: [0.03, 'half of the JSON'],
  api_refuses_token: [0.12, 'the API says that the token has expired, though it is good'],
  details_late: [0.2, 'the API does not know a submission before up to five minutes have passed'],
  details_test: [0.2, 'only the details of a submission tell that it is a test'],
  // People and senders
  forged: [0.15, 'a request comes with a wrong signature'],
  sent_twice: [0.15, 'a sender sends an event again although it was answered'],
  sent_at_once: [0.05, 'a sender sends an event twice at the same moment'],
  sent_together: [0.3, 'submissions of one person arrive at the same moment'],
  sent_with_other_content: [0.05, 'an event comes again with other content'],
  poison_value: [0.12, 'a submission holds a value that Zoho refuses for good'],
  poison_crash: [0.03, 'a submission ends its consumer, each time'],
  without_identity: [0.04, 'a submission names nobody'],
  identity_conflict: [0.02, "a submission holds one person's id and another's e-mail address"],
  spam: [0.05, 'a bot fills in the trap'],
  edited_by_person: [0.25, 'a salesperson changes a field of a record'],
  deleted_by_person: [0.04, 'a salesperson deletes a record'],
  converted_by_person: [0.07, 'a salesperson converts a lead'],
  delivery_off: [1, 'an operator switches delivery off for a while'],
  redriven: [0.2, 'an operator moves the dead letters back'],
  replayed: [0.6, 'an operator replays what is in quarantine'],
  erased: [0.2, 'an operator erases a person'],
  closed: [0.15, 'an operator closes a lead that lies in quarantine'],
} as const satisfies Record<string, readonly [probability: number, what: string]>;

/** A fault of the table. */
export type FaultName = keyof typeof FAULTS;

/** All faults, in the order of the table. */
export const FAULT_NAMES = Object.keys(FAULTS) as readonly FaultName[];

/** How often each fault strikes at each opportunity, 0–1. */
export type FaultMix = Readonly<Record<FaultName, number>>;

/** Faults that come in a run belong together: most seeds have only some of these groups. */
export const FAULT_GROUPS = {
  process: ['crash_before', 'crash_after', 'crash_aimed', 'cold_start'],
  clocks: ['clock_skew'],
  table: ['table_throttled', 'table_timed_out', 'table_slow'],
  queue_delivery: ['message_duplicated', 'message_reordered', 'message_late', 'acknowledge_lost'],
  queue_loss: ['message_lost'],
  queue_calls: ['enqueue_refused', 'defer_refused', 'letter_refused'],
  secrets: ['secret_unavailable'],
  zoho_no_answer: [
    'zoho_slow',
    'zoho_refuses_connection',
    'zoho_reset_before',
    'zoho_reset_after',
    'zoho_silent_before',
    'zoho_silent_after',
    'zoho_late',
  ],
  zoho_errors: [
    'zoho_rate_limited',
    'zoho_internal_error',
    'zoho_internal_error_after',
    'zoho_bad_gateway',
    'zoho_unavailable',
    'zoho_cut_json',
    'zoho_cut_connection',
    'zoho_short_data',
    'zoho_error_with_200',
    'record_locked',
  ],
  tokens: [
    'zoho_turns_token_down',
    'accounts_throttled',
    'accounts_silent',
    'token_short_lived',
    'tokens_expired',
  ],
  revocation: ['token_revoked'],
  search: ['search_lag', 'check_then_insert'],
  outage: ['outage'],
  credits: ['credits_low'],
  senders: ['forged', 'sent_twice', 'sent_at_once', 'sent_together', 'sent_with_other_content'],
  provider_apis: [
    'api_refuses_connection',
    'api_slow',
    'api_silent',
    'api_unavailable',
    'api_rate_limited',
    'api_cut_json',
    'api_refuses_token',
    'details_late',
    'details_test',
  ],
  refused: ['poison_value', 'without_identity', 'identity_conflict', 'spam'],
  poison: ['poison_crash'],
  people: ['edited_by_person', 'deleted_by_person', 'converted_by_person'],
  operator: ['delivery_off', 'redriven', 'replayed', 'erased', 'closed'],
} as const satisfies Record<string, readonly FaultName[]>;

/** A group of faults. */
export type FaultGroup = keyof typeof FAULT_GROUPS;

/** All groups. */
export const FAULT_GROUP_NAMES = Object.keys(FAULT_GROUPS) as readonly FaultGroup[];

/** The mix in which these groups strike as the table says, times `scale`; at most always. */
export function mixOf(groups: Iterable<FaultGroup>, scale = 1): FaultMix {
  const on = new Set<FaultName>();
  for (const group of groups) for (const name of FAULT_GROUPS[group]) on.add(name);
  return Object.fromEntries(
    FAULT_NAMES.map((name) => {
      const [probability] = FAULTS[name];
      // What is certain is a switch, not a rate.
      const rate = probability === 1 ? 1 : Math.min(0.9, probability * scale);
      return [name, on.has(name) ? rate : 0];
    }),
  ) as Record<FaultName, number>;
}
