import type { LookupFunction } from 'node:net';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { TransportError } from '../types.ts';

/** The least that a push service may speak. */
export const MIN_TLS_VERSION = 'TLSv1.2';

/** How to reach any origin. */
export interface TlsOptions {
  /** Resolves names; throws for addresses that must not be reached. An IP address as host is never resolved: refuse those before. */
  readonly lookup?: LookupFunction;
  /** Trusted authorities (PEM) in place of the well-known ones. */
  readonly ca?: string;
  /** Until TCP, TLS and HTTP have greeted. */
  readonly connectTimeoutMs: number;
}

/** Takes the first `length` bytes of a buffer that is used again after the call. */
export type OnBytes = (buffer: Buffer, length: number) => void;

/** A connection whose certificate is verified. {@link listen} delivers the data that arrives; it is not a stream. */
export interface TlsConnection {
  readonly socket: TLSSocket;
  /** Hands over what arrives, from the start on. */
  listen(onBytes: OnBytes): void;
}

/** Opens TLS connections to one origin; sessions are resumed. */
export interface TlsConnector {
  /**
   * Offers HTTP/2 and HTTP/1.1; `alpnProtocol` of the socket says which one it is. Certificate and name are verified.
   * @param signal gives up the attempt
   * @throws {TransportError} code `connect`
   */
  (signal: AbortSignal): Promise<TlsConnection>;
}

/** A host as `connect` takes it: without the brackets of an IPv6 literal. */
export function bareHost(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

/** The most that one TLS record carries (RFC 8446, section 5.1). */
const RECORD_BYTES = 16_384;

/** Keeps what arrives until somebody listens: at most what comes before the promise of the connection is taken. */
function createInbox() {
  let early: Buffer[] = [];
  let onBytes: OnBytes | undefined;
  const buffer = Buffer.allocUnsafeSlow(RECORD_BYTES);
  const callback = (length: number): boolean => {
    if (onBytes === undefined) early.push(Buffer.from(buffer.subarray(0, length)));
    else onBytes(buffer, length);
    return true;
  };
  const listen = (listener: OnBytes): void => {
    onBytes = listener;
    for (const bytes of early) listener(bytes, bytes.length);
    early = [];
  };
  return { onread: { buffer, callback }, listen };
}

export function createTlsConnector(origin: URL, options: TlsOptions): TlsConnector {
  let session: Buffer | undefined;
  return (signal) =>
    new Promise((resolve, reject) => {
      const inbox = createInbox();
      const connectOptions: ConnectionOptions & { onread: typeof inbox.onread } = {
        host: bareHost(origin),
        port: origin.port === '' ? 443 : Number(origin.port),
        // Names only (RFC 6066, section 3); the certificate is checked against `host` in any case.
        ...(/^[\d.]+$|:/.test(bareHost(origin)) ? {} : { servername: origin.hostname }),
        ALPNProtocols: ['h2', 'http/1.1'],
        minVersion: MIN_TLS_VERSION,
        rejectUnauthorized: true,
        // Many servers send a TLS record an answer: without the stream's machinery each costs half.
        onread: inbox.onread,
        ...(options.ca === undefined ? {} : { ca: options.ca }),
        ...(options.lookup === undefined ? {} : { lookup: options.lookup }),
        ...(session === undefined ? {} : { session }),
      };
      const socket = connect(connectOptions);
      let connected = false;
      const giveUp = (): void => fail('the transport was closed');
      signal.addEventListener('abort', giveUp);
      const fail = (reason: string): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', giveUp);
        if (connected) return;
        session = undefined;
        socket.destroy();
        reject(new TransportError('connect', `cannot connect to ${origin.origin}: ${reason}`, false));
      };
      const timer = setTimeout(() => fail('no TLS in time'), options.connectTimeoutMs);
      socket.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? error.message));
      socket.once('close', () => fail('closed while connecting'));
      // TLS 1.3 tickets come after the handshake, and a ticket of an unverified one is never kept.
      socket.on('session', (ticket: Buffer) => {
        if (socket.authorized) session = ticket;
      });
      socket.once('secureConnect', () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', giveUp);
        connected = true;
        resolve({ socket, listen: inbox.listen });
      });
    });
}
