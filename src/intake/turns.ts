import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { Problem } from '../http/problem.ts';
import type { Redis } from '../redis/connect.ts';
import { runScript } from '../redis/script.ts';
import { END_TURN } from '../redis/scripts/end-turn.ts';

/** A process that dies leaves its turn for so long. */
const TURN_MS = 15_000;
/** For another process's turn this one waits 2 s, since Superdesk comes again after a minute only. */
const TRIES = 20;
const WAIT_MS = 100;

/** What works on an item has it for itself: in this process one after the other, between processes by a key in Redis. */
export interface Turns {
  /**
   * @param queue within the process, work of the same queue is done in order of arrival
   * @param names of the keys in Redis
   * @throws {Problem} 503 while another process has one of them
   */
  take<T>(queue: string, names: readonly string[], work: () => Promise<T>): Promise<T>;
}

export function createTurns({ redis }: { readonly redis: Redis }): Turns {
  const queues = new Map<string, Promise<unknown>>();

  async function begin(name: string, token: string): Promise<void> {
    for (let tries = 1; tries <= TRIES; tries++) {
      if ((await redis.set(name, token, 'PX', TURN_MS, 'NX')) !== null) return;
      if (tries < TRIES) await wait(WAIT_MS);
    }
    throw new Problem('unavailable', 'Another version of the item is being taken in: send it again.', {
      headers: { 'Retry-After': '1' },
    });
  }

  async function alone<T>(names: readonly string[], work: () => Promise<T>): Promise<T> {
    const token = randomUUID();
    const held: string[] = [];
    try {
      for (const name of names) {
        await begin(name, token);
        held.push(name);
      }
      return await work();
    } finally {
      // What does not end here runs out by itself.
      await Promise.allSettled(held.map((name) => runScript(redis, END_TURN, [name], [token])));
    }
  }

  return {
    take: async (queue, names, work) => {
      const mine = (queues.get(queue) ?? Promise.resolve()).then(() => alone(names, work));
      const ended = mine.catch(() => undefined);
      queues.set(queue, ended);
      try {
        return await mine;
      } finally {
        if (queues.get(queue) === ended) queues.delete(queue);
      }
    },
  };
}
