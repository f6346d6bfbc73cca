import type { AlarmFacts, TopicFacts } from './check-alarms.ts';
import type { FunctionFacts, MappingFacts, QueueFacts } from './check-queues.ts';
import type { TableFacts } from './check-table.ts';
import type { StackFacts } from './check-installation.ts';

/**
 * Looks at the resources of a stage. What there is none of on this machine is `undefined`.
 *
 * Each method lets out `LookDeniedError` when the right is missing, and another `HoldfastError` when nobody
 * answered.
 */
export interface StageInspector {
  stack(): Promise<StackFacts | undefined>;
  queue(which: 'delivery' | 'dead_letter'): Promise<QueueFacts>;
  /** What takes messages off the delivery queue. */
  mappings(): Promise<readonly MappingFacts[] | undefined>;
  /** @param arn as a mapping names it */
  fn(arn: string): Promise<FunctionFacts | undefined>;
  table(): Promise<TableFacts | undefined>;
  alarms(): Promise<readonly AlarmFacts[] | undefined>;
  /** Every topic that an alarm is sent to. */
  topics(): Promise<readonly TopicFacts[] | undefined>;
  /** What time it is in AWS, epoch milliseconds, to the second. */
  awsTimeMs(): Promise<number | undefined>;
}
