import { MOST_JOBS, type Encryptor } from './encryptor.ts';
import type { Job } from '../lane/job.ts';

/** Collects the jobs that may start until this turn of the event loop ends, so that one call encrypts many of them. */
export interface EncryptionQueue {
  add(job: Job): void;
}

/**
 * Encrypts a chunk at a time. Between two chunks the event loop turns.
 * @param deps.deliver takes each job with its body, or undefined if it cannot be encrypted
 */
export function createEncryptionQueue(deps: {
  encryptor: Encryptor;
  deliver: (job: Job, body: Buffer | undefined) => void;
}): EncryptionQueue {
  const { encryptor, deliver } = deps;
  const jobs: Job[] = [];
  let scheduled = false;

  function schedule(): void {
    scheduled = jobs.length > 0;
    if (scheduled) setImmediate(flush);
  }

  function lengthOfChunk(): number {
    let left = encryptor.chunk;
    const end = jobs.findIndex(
      ({ target }, index) => index >= MOST_JOBS || (target.keying === undefined && left-- === 0),
    );
    return end < 0 ? jobs.length : end;
  }

  function flush(): void {
    const chunk = jobs.splice(0, lengthOfChunk());
    const bodies = encryptor.encrypt(
      chunk.map(({ target, message }) => ({ target, payload: message.payload })),
    );
    for (const [index, job] of chunk.entries()) deliver(job, bodies[index]);
    schedule();
  }

  return {
    add(job) {
      jobs.push(job);
      if (!scheduled) schedule();
    },
  };
}
