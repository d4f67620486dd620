import webPush from 'web-push';
import { createLogger } from '../../src/ops/logger.ts';
import { createMetrics, type Metrics } from '../../src/ops/metrics.ts';
import { openEncryptor, type Encryptor } from '../../src/push/encryption/encryptor.ts';
import { createEndpointPolicy } from '../../src/push/endpoint/endpoint-policy.ts';
import { openSender } from '../../src/push/sender.ts';
import type {
  PushAnswer,
  PushMessage,
  PushSender,
  SendOrder,
  TransportRequest,
  TransportResponse,
} from '../../src/push/types.ts';
import { createVapid } from '../../src/push/vapid/vapid-headers.ts';
import { createReceiver } from './web-push-oracle.ts';

export const FCM = 'https://fcm.googleapis.com';
export const MOZILLA = 'https://updates.push.services.mozilla.com';
export const APPLE = 'https://web.push.apple.com';
export const message: PushMessage = {
  payload: Buffer.from('{"web_push":8030}'),
  ttl: 3600,
  urgency: 'high',
  collapseKey: 'a'.repeat(32),
};
export const receiver = createReceiver();

const logger = createLogger({ level: 'silent', role: 'test' });
const portable = openEncryptor({ logger, addonPath: null });
const keys = { ...webPush.generateVAPIDKeys(), keyId: 'test' };

/** A request that the sender has made, to be answered by the test. */
export interface OpenRequest extends TransportRequest {
  answer(status: number, headers?: Record<string, string>): void;
  fail(error: Error): void;
}

/** A sender whose transport does nothing by itself. */
export interface SenderWorld {
  readonly sender: PushSender;
  readonly metrics: Metrics;
  /** Requests without an answer, oldest first. */
  readonly open: OpenRequest[];
  openAt(origin: string): OpenRequest[];
  /** Sends to `/0`, `/1` and so on of an origin. */
  send(origin: string, count?: number, order?: SendOrder): void;
  /** What has come of them, until {@link tally} took it. */
  readonly answers: PushAnswer[];
  /** The same, counted. */
  tally(): Record<string, number>;
  readonly preconnected: string[];
  /** The kinds of answers that the removal brake was told of. */
  brakeNotes(): string[];
  isClosed(): boolean;
}

/** Lets promises and `setImmediate` run until nothing happens any more; timers stand still. */
export async function quiet(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
}

export function openSenderWorld(encryptor: Encryptor = portable): SenderWorld {
  const metrics = createMetrics('test');
  const open: OpenRequest[] = [];
  const preconnected: string[] = [];
  const brakeNotes = new Set<string>();
  let closed = false;
  const sender = openSender({
    transport: {
      request: (request) =>
        new Promise<TransportResponse>((resolve, reject) => {
          const entry: OpenRequest = {
            ...request,
            answer: (status, headers = {}) => {
              open.splice(open.indexOf(entry), 1);
              resolve({ status, headers, body: '' });
            },
            fail: (error) => {
              open.splice(open.indexOf(entry), 1);
              reject(error);
            },
          };
          open.push(entry);
        }),
      preconnect: (origin) => void preconnected.push(origin),
      close: () => {
        closed = true;
        return Promise.resolve();
      },
    },
    vapid: createVapid({ keys, subject: 'mailto:a@b.example' }),
    policy: createEndpointPolicy({ extraOrigins: [] }),
    metrics,
    logger,
    encryptor,
    brake: { note: (_provider, { type }) => void brakeNotes.add(type) },
  });
  const answers: PushAnswer[] = [];
  return {
    sender,
    metrics,
    open,
    openAt: (origin) => open.filter((request) => request.origin === origin),
    send: (origin, count = 1, order) => {
      for (let i = 0; i < count; i++) {
        const target = { endpoint: `${origin}/${i}`, p256dh: receiver.p256dh, auth: receiver.auth };
        void sender.send(target, message, order).then((answer) => answers.push(answer));
      }
    },
    answers,
    brakeNotes: () => [...brakeNotes],
    tally: () => {
      const counts: Record<string, number> = {};
      for (const answer of answers.splice(0)) {
        const name =
          answer.type === 'retry' ? `${answer.reason}${answer.attempted ? '' : ' (not sent)'}` : answer.type;
        counts[name] = (counts[name] ?? 0) + 1;
      }
      return counts;
    },
    preconnected,
    isClosed: () => closed,
  };
}
