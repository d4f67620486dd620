import type { Estimate } from '../answers.ts';
import type { Client } from '../client.ts';

const QUIET_MS = 300;

/** Whom an alert is for. */
export interface Question {
  readonly topics: readonly string[];
  readonly urgency: string;
  readonly lang: string;
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
      timer = setTimeout(async () => {
        const answer = await client.call<Estimate>('/v1/audience/estimate', {
          method: 'POST',
          body: question,
        });
        if (mine === asked) onEstimate(answer.type === 'done' ? answer.body : 'unknown');
      }, QUIET_MS);
    },
  };
}
