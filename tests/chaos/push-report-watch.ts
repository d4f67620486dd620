import { setTimeout as sleep } from 'node:timers/promises';
import type { Report } from '../../src/delivery/report/schema.ts';
import { isComplete, type ApiClient } from '../support/api-client.ts';

export interface Watched {
  readonly report: Report | undefined;
  /** How often the report was read. */
  readonly polls: number;
  /** What was wrong with one of them. */
  readonly faults: readonly string[];
}

const EVERY_MS = 50;

/** Reads a version's report again and again until all deliveries have an outcome, and checks that it adds up each time. */
export async function watchReport(
  api: ApiClient,
  alertId: string,
  audience: number,
  timeoutMs: number,
  onProgress: (report: Report) => void = () => undefined,
): Promise<Watched> {
  const faults = new Set<string>();
  const deadline = performance.now() + timeoutMs;
  let polls = 0;
  let last: Report | undefined;
  while (performance.now() < deadline) {
    // No answer: the server, or Redis, is away.
    const answer = await api.asEditor(`/v1/alerts/${alertId}/report`).catch(() => undefined);
    if (answer?.status === 200) {
      const report = answer.body as Report;
      polls += 1;
      for (const fault of faultsOf(report, last, audience)) faults.add(fault);
      last = report;
      onProgress(report);
      if (isComplete(report)) break;
    }
    await sleep(EVERY_MS);
  }
  if (last === undefined || !isComplete(last)) faults.add(`not finished: ${JSON.stringify(last)}`);
  return { report: last, polls, faults: [...faults] };
}

function faultsOf(report: Report, last: Report | undefined, audience: number): string[] {
  const faults: string[] = [];
  const { pending, ...final } = report.outcomes;
  const sum = Object.values(final).reduce((total, count) => total + count, pending);
  if (sum !== report.audience) faults.push(`outcomes add up to ${sum}, the audience is ${report.audience}`);
  if (report.audience > audience) faults.push(`an audience of ${report.audience} instead of ${audience}`);
  if ((report.curve.at(-1)?.[1] ?? 0) !== final.accepted) faults.push('the curve does not end at accepted');
  for (const [name, count] of Object.entries(final)) {
    const before = last?.outcomes[name as keyof typeof final] ?? 0;
    if (count < before) faults.push(`${name} fell from ${before} to ${count}`);
  }
  return faults;
}
