import { createHash } from 'node:crypto';
import {
  createSecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { PushTarget } from '../../src/push/types.ts';
import { makeCertificate } from './tls.ts';
import { createReceiver, readVapid } from './web-push-oracle.ts';

/** A message as the push service and then the browser got it. */
interface ReceivedPush {
  /** Of the subscription: what {@link TestPushService.subscribe} was given. */
  readonly name: string;
  readonly headers: Http2ServerRequest['headers'];
  /** Decrypted, after every header was found right. */
  readonly text: string;
}

/** Undefined: it never answers. */
type Answer = { status: number; headers?: Record<string, string>; body?: string } | undefined;

export interface TestPushService {
  readonly origin: string;
  /** Trust this to connect. */
  readonly ca: string;
  readonly received: ReceivedPush[];
  /** Most requests that were open at the same time. */
  readonly mostAtOnce: () => number;
  subscribe(name: string): PushTarget;
  /** Decides the answers from now on; 201 until then. Called after the message was checked. */
  answerWith(decide: (push: ReceivedPush) => Answer | Promise<Answer>): void;
  close(): Promise<void>;
}

/**
 * A push service as the RFCs want it (8030, 8188, 8291, 8292): real TLS on 127.0.0.1, HTTP/2, refuses every message that is
 * not right with 400 and the reason, decrypts the others as a browser would.
 */
export async function startPushService(): Promise<TestPushService> {
  const { ca, cert, key } = makeCertificate();
  const receivers = new Map<string, ReturnType<typeof createReceiver>>();
  const received: ReceivedPush[] = [];
  let decide: (push: ReceivedPush) => Answer | Promise<Answer> = () => ({ status: 201 });
  let open = 0;
  let mostAtOnce = 0;
  let origin = '';

  async function handle(request: Http2ServerRequest, response: Http2ServerResponse): Promise<void> {
    mostAtOnce = Math.max(mostAtOnce, ++open);
    response.once('close', () => open--);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const answer = await judge(request, Buffer.concat(chunks));
    if (answer === undefined) return;
    response.writeHead(answer.status, answer.headers).end(answer.body ?? '');
  }

  async function judge(request: Http2ServerRequest, body: Buffer): Promise<Answer> {
    const name = decodeURIComponent((request.url ?? '').slice('/push/'.length));
    let push: ReceivedPush;
    try {
      checkHeaders(request, origin);
      const text = receivers.get(name)?.decrypt(body).toString() ?? '';
      push = { name, headers: request.headers, text };
    } catch (error) {
      return { status: 400, body: JSON.stringify({ reason: 'Malformed', message: String(error) }) };
    }
    received.push(push);
    return await decide(push);
  }

  const sessions = new Set<ServerHttp2Session>();
  const server = createSecureServer({ cert, key }, (request, response) => {
    handle(request, response).catch(() => request.stream.close());
  });
  server.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    origin,
    ca,
    received,
    mostAtOnce: () => mostAtOnce,
    subscribe(name) {
      const receiver = receivers.get(name) ?? createReceiver();
      receivers.set(name, receiver);
      const endpoint = `${origin}/push/${encodeURIComponent(name)}`;
      return { endpoint, p256dh: receiver.p256dh, auth: receiver.auth };
    },
    answerWith(next) {
      decide = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const session of sessions) session.destroy();
      }),
  };
}

/** @throws naming the header that a push service would refuse */
function checkHeaders({ method, headers }: Http2ServerRequest, origin: string): void {
  const wrong = (what: string): never => {
    throw new Error(`wrong: ${what}`);
  };
  if (method !== 'POST') wrong('method');
  const { claims } = readVapid(headers.authorization ?? '');
  const lifetime = claims.exp - Date.now() / 1000;
  if (claims.aud !== origin || lifetime <= 0 || lifetime > 86_400) wrong('claims');
  if (!/^(mailto:\S+@\S+\.\S+|https:\S+)$/.test(claims.sub)) wrong('sub');
  if (!/^[1-9]\d*$/.test(String(headers['ttl']))) wrong('TTL');
  if (!/^(very-low|low|normal|high)$/.test(String(headers['urgency']))) wrong('Urgency');
  if (!/^[\w-]{32}$/.test(String(headers['topic']))) wrong('Topic');
  if (headers['content-encoding'] !== 'aes128gcm') wrong('Content-Encoding');
  if (headers['content-type'] !== 'application/notification+json') wrong('Content-Type');
}

/** A collapse key as the product makes them: 32 base64url characters. */
export const collapseKeyOf = (text: string): string =>
  createHash('sha256').update(text).digest('base64url').slice(0, 32);
