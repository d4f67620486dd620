import type { Recent } from '../../../delivery/report/schema.ts';
import type { Estimate } from '../answers.ts';
import type { Client } from '../client.ts';

const QUIET_MS = 300;

/** Whom an alert is for. */
export interface Question {
  readonly topics: readonly string[];
  readonly urgency: string;
  readonly lang: string;
  readonly story: string | null;
  readonly escalate: boolean;
}

/**
 * Asks how many an alert would reach, once the editor has stopped changing what decides it. Late answers to earlier
 * questions are dropped.
 */
export function estimateWhenQuiet(onEstimate: (estimate: Estimate | 'unknown' | undefined) => void): {
  ask(client: Client, question: Question): void;
  stop(): void;
} {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked = 0;
  const stop = (): void => {
    clearTimeout(timer);
    asked += 1;
  };
  return {
    stop,
    ask: (client, question) => {
      stop();
      if (question.topics.length === 0) {
        onEstimate(undefined);
        return;
      }
      const mine = asked;
      timer = setTimeout(() => {
        void answered(client, question).then((estimate) => mine === asked && onEstimate(estimate));
      }, QUIET_MS);
    },
  };
}

async function answered(client: Client, question: Question): Promise<Estimate | 'unknown'> {
  const of = new URLSearchParams({ topics: question.topics.join(','), lang: question.lang });
  const [estimate, recent] = await Promise.all([
    client.call<Estimate>('/v1/audience/estimate', { method: 'POST', body: question }),
    client.call<Recent>(`/v1/audience/recent?${of.toString()}`),
  ]);
  if (estimate.type !== 'done') return 'unknown';
  return { ...estimate.body, recent: recent.type === 'done' ? recent.body : undefined };
}
