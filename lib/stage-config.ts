/**
 * Every number of the stack, with its unit in its name.
 *
 * What a user may want to change lies in `holdfast.config.ts`; what is here follows from how the
 * pipeline works. `relations.ts` checks both against each other and against what AWS allows.
 */
export interface StageConfig {
  readonly api: {
    /** Far above any sender's peak: many senders do not repeat a request that got 429. */
    readonly throttleRequestsPerSecond: number;
    readonly throttleBurstRequests: number;
    readonly accessLogDays: number;
  };
  readonly intake: { readonly memoryMb: number; readonly timeoutSeconds: number };
  readonly consumer: {
    readonly memoryMb: number;
    readonly timeoutSeconds: number;
    /** 0 starts a consumer at once; more would let a lone lead wait up to 20 s. */
    readonly batchWindowSeconds: number;
  };
  readonly sweeper: {
    readonly memoryMb: number;
    /** Below the interval, so that two runs do not overlap. */
    readonly timeoutSeconds: number;
    readonly everyMinutes: number;
  };
  readonly canary: {
    readonly memoryMb: number;
    /** Beyond its patience: the last look at the table, and the end of the run. */
    readonly closingSeconds: number;
  };
  readonly deliveryQueue: {
    readonly visibilitySeconds: number;
    readonly retentionDays: number;
    /** A backstop for crashes, not the retry budget: attempts are counted in the event store. */
    readonly receivesMax: number;
  };
  readonly deadLetterQueue: { readonly retentionDays: number };
  /** How long SQS may reuse a data key before it asks KMS again; 12 h keeps KMS calls few. */
  readonly queueDataKeyReuseHours: number;
  readonly crm: {
    /** Simultaneous calls left to people and other applications of the organisation. */
    readonly callsReserved: number;
  };
  readonly eventRetentionDaysMin: number;
  readonly functionLogDays: number;
  readonly secretLength: { readonly sourceCharacters: number; readonly pepperCharacters: number };
  readonly alarms: {
    readonly deadLetterMinutes: number;
    readonly deadLetterBurst: number;
    readonly deadLetterBurstMinutes: number;
    readonly oldestMessageSeconds: number;
    /** As the event store has it, where SQS loses sight of what was received three times. */
    readonly oldestPendingSeconds: number;
    readonly oldestPendingMinutes: number;
    readonly breakerOpenMinutes: number;
    readonly heartbeatMinutes: number;
    readonly windowMinutes: number;
    /** A lead that waits for so long is nearly lost to its reader, though not to us. */
    readonly strandedHours: number;
    /** A lead may be in quarantine for so long before somebody is told again: its dead letter soon ends. */
    readonly quarantineDays: number;
    /** How long a state of the two above must last, so that one run of the sweeper does not decide. */
    readonly lastingMinutes: number;
    /**
     * Longer than the breaker sends a message away for, so that a lead that keeps waiting is one alarm, not one
     * an opening.
     */
    readonly highIntentMinutes: number;
    /** Of the calls to the CRM. Zoho fails a few at any time, and those are repeated. */
    readonly crmFailedPercent: number;
    /** With fewer calls in the window a share says nothing: one of two is not half. */
    readonly crmCallsMin: number;
    readonly crmWindowMinutes: number;
    /** Zoho tells its credits with an answer only, so that most minutes have no value. */
    readonly creditsWindowMinutes: number;
    /** Of so many minutes, messages could not be sent in `unsentMinutesMin`: what passes, the sweeper mends. */
    readonly unsentMinutes: number;
    readonly unsentMinutesMin: number;
    /** Of `expect.leadsPerDay`: fewer in a day is a drop. */
    readonly intakeDropShare: number;
    /** How long "deliveries are in trouble" waits for "deliveries have stopped", which says more. */
    readonly troubleWaitSeconds: number;
    /** How long the backlog may take to drain after deliveries have begun again. */
    readonly troubleExtensionSeconds: number;
  };
}

/** The defaults. Sources of the numbers that vendors set are with the relations that use them. */
export const STAGE_CONFIG: StageConfig = {
  api: { throttleRequestsPerSecond: 500, throttleBurstRequests: 1_000, accessLogDays: 30 },
  intake: { memoryMb: 512, timeoutSeconds: 10 },
  consumer: { memoryMb: 512, timeoutSeconds: 60, batchWindowSeconds: 0 },
  sweeper: { memoryMb: 256, timeoutSeconds: 50, everyMinutes: 1 },
  canary: { memoryMb: 256, closingSeconds: 15 },
  deliveryQueue: {
    visibilitySeconds: 365,
    retentionDays: 7,
    receivesMax: 1_000,
  },
  deadLetterQueue: { retentionDays: 14 },
  queueDataKeyReuseHours: 12,
  crm: { callsReserved: 2 },
  eventRetentionDaysMin: 90,
  functionLogDays: 30,
  secretLength: { sourceCharacters: 48, pepperCharacters: 64 },
  alarms: {
    deadLetterMinutes: 5,
    deadLetterBurst: 10,
    deadLetterBurstMinutes: 5,
    oldestMessageSeconds: 300,
    oldestPendingSeconds: 300,
    oldestPendingMinutes: 2,
    breakerOpenMinutes: 5,
    heartbeatMinutes: 5,
    windowMinutes: 5,
    strandedHours: 24,
    quarantineDays: 10,
    lastingMinutes: 5,
    highIntentMinutes: 15,
    crmFailedPercent: 20,
    crmCallsMin: 10,
    crmWindowMinutes: 15,
    creditsWindowMinutes: 60,
    unsentMinutes: 15,
    unsentMinutesMin: 3,
    intakeDropShare: 0.5,
    troubleWaitSeconds: 480,
    troubleExtensionSeconds: 1_800,
  },
};
