import type { EditorAlert } from '../../../alerts/schema.ts';
import type { Estimate } from '../answers.ts';
import type { Client } from '../client.ts';
import { checkText, type Found } from './checks.ts';
import { estimateWhenQuiet, type Question } from './estimate.ts';

/** What the server says of a text before it goes out: whom it would reach, and what to look at. */
export interface Findings {
  readonly estimate: Estimate | 'unknown' | undefined;
  readonly found: Found;
  /** Asks whom it would reach, once the editor has stopped changing what decides that. */
  estimateFor(client: Client, what: Question): void;
  /** Asks what to look at. Late answers about an earlier text are dropped. */
  check(client: Client, alert: EditorAlert, alertId: string | undefined): void;
  stop(): void;
}

/** @param onChange called after each answer */
export function createFindings(onChange: () => void): Findings {
  let estimate: Findings['estimate'];
  let found: Found;
  let checks = 0;
  const estimator = estimateWhenQuiet((next) => {
    estimate = next;
    onChange();
  });

  async function check(client: Client, alert: EditorAlert, alertId: string | undefined): Promise<void> {
    const mine = ++checks;
    found = undefined;
    const next = await checkText(client, alert, alertId);
    if (mine !== checks) return;
    found = next;
    onChange();
  }

  return {
    get estimate() {
      return estimate;
    },
    get found() {
      return found;
    },
    estimateFor: (client, { topics, urgency, lang, story, escalate }) =>
      estimator.ask(client, { topics, urgency, lang, story: story === '' ? null : story, escalate }),
    check: (client, alert, alertId) => void check(client, alert, alertId),
    stop: () => estimator.stop(),
  };
}
