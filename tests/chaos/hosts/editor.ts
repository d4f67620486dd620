import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EditorAlert } from '../../../src/alerts/schema.ts';

/** What became of an alert that an editor sent. */
export interface Sent {
  readonly headline: string;
  /** From the first try to the 201; undefined: there was none. */
  readonly waitedMs: number | undefined;
  readonly id: string | undefined;
}

export interface Editor {
  /** Sends no further alerts. Resolves when all are answered or given up. */
  stop(): Promise<readonly Sent[]>;
  /** Seconds in which a try was answered by something else than 201, or not at all. */
  readonly refusedSeconds: number;
  /** How many came, by status or by what came instead. */
  readonly answers: Readonly<Record<string, number>>;
}

const AGAIN_MS = 200;
const PATIENCE_MS = 3000;
const GIVEN_UP_MS = 60_000;

/** Sends an alert every so often, each with the same key until there is a 201, as the desk does. */
export function startEditor(options: { origin: string; key: string; everyMs: number; name: string }): Editor {
  const answers: Record<string, number> = {};
  const refused = new Set<number>();
  const sending: Promise<Sent>[] = [];
  const stopping = new AbortController();

  async function tryOnce(key: string, headline: string): Promise<string | undefined> {
    const at = Math.floor(performance.now() / 1000);
    const answer = await fetch(`${options.origin}/v1/alerts`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${options.key}`,
        'content-type': 'application/json',
        'idempotency-key': key,
      },
      body: JSON.stringify({ headline, lang: 'ar', topics: ['world'] }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    }).then(
      async (response) => ({ what: response.status, body: await response.json().catch(() => undefined) }),
      (error: unknown) => ({ what: whyNone(error), body: undefined }),
    );
    answers[answer.what] = (answers[answer.what] ?? 0) + 1;
    if (answer.what === 201) return (answer.body as EditorAlert).id;
    refused.add(at);
    return undefined;
  }

  async function send(headline: string): Promise<Sent> {
    const key = randomUUID();
    const began = performance.now();
    while (performance.now() - began < GIVEN_UP_MS) {
      const id = await tryOnce(key, headline);
      if (id !== undefined) return { headline, id, waitedMs: performance.now() - began };
      await sleep(AGAIN_MS);
    }
    return { headline, id: undefined, waitedMs: undefined };
  }

  const writing = (async () => {
    while (!stopping.signal.aborted) {
      sending.push(send(`عاجل: ${options.name} ${sending.length + 1}`));
      await sleep(options.everyMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();

  return {
    stop: async () => {
      stopping.abort();
      await writing;
      return Promise.all(sending);
    },
    get refusedSeconds() {
      return refused.size;
    },
    answers,
  };
}

function whyNone(error: unknown): string {
  const { name, cause } = error as Error & { cause?: { code?: string } };
  return name === 'TimeoutError' ? 'no answer' : (cause?.code ?? name);
}
