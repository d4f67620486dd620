import type { Encryptor } from './encryptor.ts';
import type { Job } from '../lane/lane.ts';

/** Where jobs wait whose turn has come, for the end of this turn of the event loop: then many are encrypted in one call. */
export interface Outbox {
  add(job: Job): void;
}

/**
 * Encrypts a chunk at a time and lets the event loop turn between two chunks.
 * @param deps.deliver is given each job with its body, or undefined if it cannot be encrypted
 */
export function createOutbox(deps: {
  encryptor: Encryptor;
  deliver: (job: Job, body: Buffer | undefined) => void;
}): Outbox {
  const { encryptor, deliver } = deps;
  const jobs: Job[] = [];
  let scheduled = false;

  function schedule(): void {
    scheduled = jobs.length > 0;
    if (scheduled) setImmediate(flush);
  }

  function flush(): void {
    const chunk = jobs.splice(0, encryptor.chunk);
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
