import type { Worker } from 'bullmq';
import { Counter } from 'prom-client';
import type { Logger } from '../src/ops/logger.ts';
import type { Metrics } from '../src/ops/metrics.ts';

/** @param failed what the log says of a job that failed: what becomes of it */
export type WatchWorker = (worker: Worker, failed: string) => Worker;

/** Counts and logs what goes wrong with jobs, and with the queues themselves. */
export function createWorkerWatch(deps: { metrics: Metrics; logger: Logger }): WatchWorker {
  const registers = [deps.metrics];
  const labelNames = ['queue'] as const;
  const failures = new Counter({
    name: 'ajil_jobs_failed_total',
    help: 'Jobs that failed and will run again',
    labelNames,
    registers,
  });
  const faults = new Counter({
    name: 'ajil_queue_faults_total',
    help: 'How often a worker could not use its queue because Redis refused',
    labelNames,
    registers,
  });
  return (worker, failed) => {
    const queue = worker.name;
    let lastFault = '';
    worker.on('failed', (job, error) => {
      failures.inc({ queue });
      deps.logger.error({ err: error, job: job?.id, attempt: job?.attemptsMade }, failed);
    });
    // It comes many times a second: said once, until it is another or a job has come.
    worker.on('error', (error) => {
      faults.inc({ queue });
      const [code = ''] = error.message.split(' ', 1);
      if (code !== lastFault) {
        deps.logger.warn({ err: error, queue }, 'a worker cannot use its queue; retrying');
      }
      lastFault = code;
    });
    worker.on('active', () => (lastFault = ''));
    return worker;
  };
}
