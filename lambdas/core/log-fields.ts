import type { FailureClass } from './failure.ts';

/**
 * Everything that a log line may carry beside its constant message, and beside what `describeCause` tells
 * of an error.
 *
 * The type is closed on purpose: there is no field for a payload, a header, a secret or a person.
 */
export interface LogFields {
  readonly correlation_id?: string;
  readonly idempotency_key?: string;
  readonly event_type?: string;
  readonly source?: string;
  readonly provider?: string;
  readonly message_id?: string;
  readonly receive_count?: number;
  readonly crm_module?: string;
  readonly crm_record_id?: string;
  readonly crm_action?: 'insert' | 'update' | 'none' | 'note';
  readonly identity?: string;
  readonly attempt?: number;
  readonly claims?: number;
  readonly outcome?: string;
  readonly failure_code?: string;
  readonly failure_class?: FailureClass;
  readonly quarantine_id?: string;
  readonly next_due_at?: string;
  readonly delay_seconds?: number;
  readonly http_status?: number;
  readonly crm_code?: string;
  readonly crm_field?: string;
  readonly secret_used?: 'current' | 'previous';
  readonly signature_variant?: string;
  readonly body_sha256?: string;
  readonly body_bytes?: number;
  readonly duplicate?: boolean;
  readonly breaker_state?: string;
  readonly breaker_reason?: string;
  readonly credits_remaining?: number;
  readonly rows?: number;
  readonly count?: number;
  readonly error_name?: string;
  readonly duration_ms?: number;
}
