import type { LookupFunction } from 'node:net';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { TransportError } from '../types.ts';

/** The oldest version that a push service may use. */
export const MIN_TLS_VERSION = 'TLSv1.2';

/** How to reach any origin. */
export interface TlsOptions {
  /**
   * Resolves names, and throws for addresses that must not be reached. A host that is an IP address is never resolved:
   * refuse it earlier.
   */
  readonly lookup?: LookupFunction;
  /** Trusted authorities (PEM) in place of the well-known ones. */
  readonly ca?: string;
  /** Longest time for the handshakes of TCP, TLS and HTTP. */
  readonly connectTimeoutMs: number;
}

/** Takes the first `length` bytes of a buffer, which is reused after the call. */
export type OnBytes = (buffer: Buffer, length: number) => void;

/** A connection whose certificate is verified. {@link listen} delivers the data that arrives; it is not a stream. */
export interface TlsConnection {
  readonly socket: TLSSocket;
  /** Hands over the data that arrives, from the start on. */
  listen(onBytes: OnBytes): void;
}

/** Opens TLS connections to one origin, and resumes sessions. */
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

/** Most bytes in one TLS record (RFC 8446, section 5.1). */
const RECORD_BYTES = 16_384;

/**
 * Keeps the data that arrives before a listener is set, which happens in the turn in which the connection is handed
 * over.
 */
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
        // Names only (RFC 6066, section 3). The certificate is checked against `host` in any case.
        ...(/^[\d.]+$|:/.test(bareHost(origin)) ? {} : { servername: origin.hostname }),
        ALPNProtocols: ['h2', 'http/1.1'],
        minVersion: MIN_TLS_VERSION,
        rejectUnauthorized: true,
        // Many servers send one TLS record for each answer. Without the stream's machinery each record costs half.
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
      // TLS 1.3 tickets come after the handshake, and no ticket of an unverified connection is kept.
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
