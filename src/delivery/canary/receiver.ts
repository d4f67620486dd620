import { createECDH, generateKeyPairSync, randomBytes } from 'node:crypto';
import {
  createSecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import ece from 'http_ece';
import type { WebPushAddress } from '../../channels/web-push/address.ts';
import { loopbackCertificate } from '../../ops/certificate.ts';
import { CURVE } from '../../push/vapid/p256.ts';
import { vapidFault } from './vapid-check.ts';

/** A push message has at most 4,096 bytes (RFC 8030, section 7.2). */
const MOST_BYTES = 4096;

/** What the receiver made of a message: its text, or what was wrong with it. */
type Received = { readonly text: string } | { readonly fault: string };

/** A push service with one subscription, in this process and for this process alone. */
export interface CanaryReceiver {
  /** The one origin that the sender may call beside push services; it is known to no other process. */
  readonly origin: string;
  /** The certificate to trust for this origin. */
  readonly ca: string;
  readonly address: WebPushAddress;
  /** The message that came since the last call. */
  take(): Received | undefined;
  close(): Promise<void>;
}

/**
 * Listens on loopback, at a port and a path that nobody else knows. It reads a message as a browser and its push service do:
 * token and signature, then the encryption, with keys of its own.
 */
export async function openCanaryReceiver(deps: {
  readonly vapid: { readonly publicKey: string; readonly keyId: string };
  readonly now: () => number;
}): Promise<CanaryReceiver> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ca = loopbackCertificate(privateKey, publicKey);
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' });
  const receiver = createECDH(CURVE);
  receiver.generateKeys();
  const auth = randomBytes(16);
  const path = `/${randomBytes(16).toString('base64url')}`;
  let received: Received | undefined;

  function read(request: Http2ServerRequest, body: Buffer): Received {
    const { authorization } = request.headers;
    const fault = vapidFault(authorization, deps.vapid.publicKey, origin, deps.now());
    if (fault !== undefined) return { fault };
    try {
      const options = { version: 'aes128gcm', privateKey: receiver, authSecret: auth } as const;
      return { text: ece.decrypt(body, options).toString() };
    } catch {
      return { fault: 'the message cannot be decrypted' };
    }
  }

  async function answer(request: Http2ServerRequest, response: Http2ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of request) {
      bytes += (chunk as Buffer).length;
      if (bytes <= MOST_BYTES) chunks.push(chunk as Buffer);
    }
    if (request.method !== 'POST' || request.url !== path || bytes > MOST_BYTES) {
      response.writeHead(404).end();
      return;
    }
    received = read(request, Buffer.concat(chunks));
    response.writeHead('text' in received ? 201 : 400).end();
  }

  const server = createSecureServer({ key, cert: ca }, (request, response) => {
    answer(request, response).catch(() => response.stream.close());
  });
  server.on('sessionError', () => undefined);
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
  });
  await new Promise<void>((listening, failed) => {
    server.once('error', failed);
    server.listen(0, '127.0.0.1', listening);
  });
  const origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    ca,
    address: {
      endpoint: `${origin}${path}`,
      p256dh: receiver.getPublicKey(),
      auth,
      vapidKeyId: deps.vapid.keyId,
    },
    take: () => {
      const taken = received;
      received = undefined;
      return taken;
    },
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        for (const session of sessions) session.destroy();
      }),
  };
}
