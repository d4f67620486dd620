import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../../support/random.ts';
import { startClient, type ChaosClient } from '../live/client.ts';
import { createTranscript, type ConnectionTrace, type Position } from '../live/trace.ts';

/** Open lines of readers who want every alert. */
export interface Readers {
  /** Resolves when each has been greeted. */
  open(): Promise<void>;
  /**
   * Waits until each line has brought every alert.
   * @returns a sentence for each line on which one is missing, doubled or out of order
   */
  faults(ids: readonly string[]): Promise<string[]>;
  close(): void;
}

const PATIENCE_MS = 30_000;

export function startReaders(origin: string, count: number, seed: number): Readers {
  const heard = new Map<string, string>();
  const transcript = createTranscript();
  const clients = Array.from({ length: count }, (_, index): ChaosClient =>
    startClient({
      name: `reader ${index + 1}`,
      kind: 'websocket',
      temper: 'steady',
      filter: { topics: [], urgency: 'normal', lang: undefined },
      address: '',
      origins: [origin],
      transcript: {
        ...transcript,
        take: (text) => {
          const message = transcript.take(text);
          if (message?.alert !== undefined) heard.set(message.cursor, message.alert.id);
          return message;
        },
      },
      random: seededRandom(seed + index),
      onEnd: () => undefined,
    }),
  );

  /** Ids of the alerts that a line has brought. */
  const seenBy = ({ trace }: ChaosClient): Set<string> =>
    new Set(
      trace.connections.flatMap(({ hello, received }) => [
        ...(hello?.alerts.map(({ id }) => id) ?? []),
        ...received.map(({ epoch, offset }) => heard.get(`${epoch}:${offset}`) ?? ''),
      ]),
    );

  async function until(isDone: (client: ChaosClient) => boolean): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS;
    while (!clients.every(isDone) && performance.now() < deadline) await sleep(50);
  }

  return {
    open: () => until((client) => client.position() !== undefined),
    faults: async (ids) => {
      await until((client) => {
        const seen = seenBy(client);
        return ids.every((id) => seen.has(id));
      });
      return clients.flatMap((client) => {
        const seen = seenBy(client);
        const missing = ids.filter((id) => !seen.has(id)).length;
        const { name, connections, faults } = client.trace;
        return [
          ...faults,
          ...connections.flatMap(disorderOf),
          ...(missing === 0 ? [] : [`${missing} alerts did not come`]),
        ].map((fault) => `${name}: ${fault}`);
      });
    },
    close: () => {
      for (const client of clients) client.close();
    },
  };
}

/** A reader who wants everything gets every position of the log, once and in order. */
function disorderOf({ since, hello, received }: ConnectionTrace): string[] {
  if (hello === undefined) return [];
  const faults: string[] = [];
  if (hello.recovered && since !== undefined && hello.alerts.length !== hello.at.offset - since.offset) {
    faults.push(`${hello.alerts.length} alerts make up for ${since.offset} to ${hello.at.offset}`);
  }
  let last: Position = hello.at;
  for (const at of received) {
    if (at.epoch !== last.epoch || at.offset !== last.offset + 1) {
      faults.push(`${at.epoch}:${at.offset} came after ${last.epoch}:${last.offset}`);
    }
    last = at;
  }
  return faults;
}
