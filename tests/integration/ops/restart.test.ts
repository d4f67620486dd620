import { once } from 'node:events';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { startStack } from '../../support/stack.ts';

const DRAIN_SECONDS = 20;

test.each([1, 2])(
  'a server that nobody stands in for does not make its readers wait for the drain: %i processes',
  async (processes) => {
    const stack = await startStack({
      env: { DRAIN_SECONDS: `${DRAIN_SECONDS}`, SERVER_PROCESSES: String(processes) },
    });
    try {
      const sockets = await Promise.all(
        Array.from({ length: 40 }, async () => {
          const socket = new WebSocket(`${stack.origin.replace('http', 'ws')}/v1/live`);
          await once(socket, 'open');
          return socket;
        }),
      );
      const closed = Promise.all(sockets.map((socket) => once(socket, 'close')));
      const began = performance.now();
      await stack.restartServer(0);
      expect((await fetch(`${stack.origin}/healthz`)).status).toBe(200);
      expect(new Set((await closed).map(([code]) => code as number))).toEqual(new Set([1012]));
      expect(performance.now() - began).toBeLessThan(0.9 * DRAIN_SECONDS * 1000);
    } finally {
      await stack.stop();
    }
  },
);
