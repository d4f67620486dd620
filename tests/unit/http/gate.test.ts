import { EventEmitter } from 'node:events';
import type { Request, Response } from 'express';
import { expect, test } from 'vitest';
import { createGate } from '../../../src/http/gate.ts';
import { createMetrics } from '../../../src/ops/metrics.ts';

test.each(['/v1/session', '/v1/session/passkey', '/v1/session/passkey-options'])(
  'strangers who sign in at %s are served eight at a time, and hold up nobody who subscribes',
  async (path) => {
    const gate = createGate({ isEditor: () => Promise.resolve(false), metrics: createMetrics('test') });
    const served: string[] = [];
    const ask = async (at: string): Promise<void> => {
      const response = Object.assign(new EventEmitter(), { writeHead: () => undefined });
      await gate({ path: at, method: 'POST' } as Request, response as unknown as Response, () => {
        served.push(at);
      });
    };
    for (let i = 0; i < 9; i++) await ask(path);
    await ask('/v1/subscriptions');
    expect(served).toEqual([...Array.from({ length: 8 }, () => path), '/v1/subscriptions']);
  },
);
