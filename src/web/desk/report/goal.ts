import type { Report } from '../../../delivery/report/schema.ts';

/** The newsroom's goal (`src/delivery/report/goal.ts`): nine tenths of the accepted deliveries have left within this time. */
const GOAL_MS = 120_000;

/** Whether a version reached the goal. Undefined: it is not finished, or nobody was to get it, so it counts neither way. */
export function reachedGoal({ status, outcomes, timing }: Report): boolean | undefined {
  const isFinished = status !== 'sending' && status !== 'aborted' && outcomes.pending === 0;
  return isFinished && timing.p90Ms !== null ? timing.p90Ms <= GOAL_MS : undefined;
}
