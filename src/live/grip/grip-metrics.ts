import { Counter } from 'prom-client';
import type { Metrics } from '../../ops/metrics.ts';

/** How a proxy's request was answered: with a hello, with what the line missed, with its end, or held here. */
export type GripAnswer = 'hello' | 'missed' | 'end' | 'here';

export interface GripMetrics {
  answered(answer: GripAnswer): void;
  published(outcome: 'accepted' | 'failed' | 'dropped'): void;
}

export function createGripMetrics(metrics: Metrics): GripMetrics {
  const registers = [metrics];
  const answers = new Counter({
    name: 'ajil_live_grip_answers_total',
    help: "Answers to a GRIP proxy: a new line's hello, what a line missed, its end, or a line that the gateway holds because there is no room for its filter",
    labelNames: ['answer'] as const,
    registers,
  });
  const publications = new Counter({
    name: 'ajil_live_grip_publications_total',
    help: 'Attempts to hand versions to a GRIP proxy. Dropped: the proxy was away for so long that its lines must ask',
    labelNames: ['outcome'] as const,
    registers,
  });
  return {
    answered: (answer) => answers.inc({ answer }),
    published: (outcome) => publications.inc({ outcome }),
  };
}
