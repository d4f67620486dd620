import { pino, type Logger } from 'pino';
import { Registry } from 'prom-client';
import { openTransport, type TransportOptions } from '../../src/push/transport/open-transport.ts';
import type { Transport, TransportRequest, TransportResponse } from '../../src/push/types.ts';
import { TransportError } from '../../src/push/types.ts';

export interface TestTransport {
  readonly transport: Transport;
  /** Log lines, parsed. */
  readonly lines: readonly Record<string, unknown>[];
  readonly metric: (name: string) => Promise<number>;
}

/** A transport with short deadlines, whose log and metrics a test can read. */
export function openTestTransport(options: Partial<TransportOptions>): TestTransport {
  const lines: Record<string, unknown>[] = [];
  const logger: Logger = pino(
    {},
    { write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) },
  );
  const metrics = new Registry();
  const transport = openTransport({
    logger,
    metrics,
    connectTimeoutMs: 2000,
    requestTimeoutMs: 5000,
    ...options,
  });
  return {
    transport,
    lines,
    metric: async (name) => {
      const { values } = (await metrics.getSingleMetric(name)?.get()) ?? { values: [] };
      return values.reduce((sum, { value }) => sum + value, 0);
    },
  };
}

/** A request as the sender makes them. */
export function pushRequest(origin: string, parts: Partial<TransportRequest> = {}): TransportRequest {
  const headers = {
    authorization: 'vapid t=abc, k=def',
    ttl: '3600',
    urgency: 'high',
    topic: 't'.repeat(32),
  };
  return { origin, path: '/push/1', headers, body: Buffer.alloc(100, 7), ...parts };
}

/** What came of it: the answer, or the error as a value. */
export async function outcome(
  answer: Promise<TransportResponse>,
): Promise<TransportResponse | TransportError> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof TransportError) return error;
    throw error;
  }
}
