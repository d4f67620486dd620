import { versionName, type BatchJob, type FanOutJob, type RetryJob } from '../../src/delivery/queues.ts';
import type { FanOutQueue, PushQueue } from '../../src/delivery/queues.ts';

type Job = FanOutJob | BatchJob | RetryJob;

/** Stands for BullMQ's queues where a test says itself when a job is done, lost or done twice. */
export interface JobList {
  readonly fanOutQueue: Pick<FanOutQueue, 'add'>;
  readonly pushQueue: Pick<PushQueue, 'add' | 'addRetries'>;
  /** Ids of the jobs that are due, in the order in which they were added. */
  due(nowMs: number): string[];
  /** Ids of all jobs. */
  ids(): string[];
  /** Takes a job off the list. */
  take(id: string): Job | undefined;
  /** Looks at a job, so that it can be put back: as when it failed, or its lock was lost. */
  get(id: string): Job | undefined;
  put(id: string, job: Job | undefined, dueAtMs?: number): void;
  clear(): void;
  /** What puts the list back as it is now. */
  remember(): () => void;
}

export function createJobList(): JobList {
  const jobs = new Map<string, { readonly job: Job; readonly dueAtMs: number }>();
  // As BullMQ: a job whose id is there stays as it is.
  const add = (id: string, job: Job, dueAtMs = 0): void => {
    if (!jobs.has(id)) jobs.set(id, { job, dueAtMs });
  };
  return {
    fanOutQueue: { add: async (version) => add(versionName(version), version) },
    pushQueue: {
      add: async (some) => {
        for (const { id, job } of some) add(id, job);
      },
      addRetries: async (version, retries) => {
        for (const { id, dueAtMs } of retries) add(id, { ...version, kind: 'retry', retry: id }, dueAtMs);
      },
    },
    due: (nowMs) => [...jobs].filter(([, { dueAtMs }]) => dueAtMs <= nowMs).map(([id]) => id),
    ids: () => [...jobs.keys()],
    take: (id) => {
      const job = jobs.get(id)?.job;
      jobs.delete(id);
      return job;
    },
    get: (id) => jobs.get(id)?.job,
    put: (id, job, dueAtMs) => {
      if (job !== undefined) add(id, job, dueAtMs);
    },
    clear: () => jobs.clear(),
    remember: () => {
      const all = [...jobs];
      return () => {
        jobs.clear();
        for (const [id, job] of all) jobs.set(id, job);
      };
    },
  };
}
