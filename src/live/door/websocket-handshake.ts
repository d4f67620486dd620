import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Refusal } from './refusal.ts';

/** RFC 6455, section 1.3. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
/** 16 bytes in base64: section 4.1. */
const KEY = /^[A-Za-z0-9+/]{21}[AQgw]==$/;

/**
 * Judges a client's opening handshake (RFC 6455, section 4.2.1). Extensions and subprotocols are never agreed to: text
 * of an alert's size gains nothing by compression, and its state costs more memory than the whole connection.
 * @returns what to answer: the head of a 101, or why not
 */
export function answerHandshake(request: IncomingMessage): string | Refusal {
  const { headers, method } = request;
  if (method !== 'GET')
    return { code: 'method-not-allowed', reason: 'method', detail: 'open a WebSocket with GET' };
  if (request.httpVersion !== '1.1') {
    return { code: 'malformed-request', reason: 'handshake', detail: 'open a WebSocket with HTTP/1.1' };
  }
  if (headers.upgrade?.toLowerCase() !== 'websocket') {
    return {
      code: 'malformed-request',
      reason: 'handshake',
      detail: 'the only upgrade is Upgrade: websocket',
    };
  }
  const key = headers['sec-websocket-key'];
  if (key === undefined || !KEY.test(key)) {
    return {
      code: 'malformed-request',
      reason: 'handshake',
      detail: 'Sec-WebSocket-Key must be 16 bytes in base64',
    };
  }
  if (headers['sec-websocket-version'] !== '13') {
    return { code: 'upgrade-required', reason: 'handshake', detail: 'the WebSocket version must be 13' };
  }
  const accept = createHash('sha1')
    .update(key + GUID)
    .digest('base64');
  return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
}
