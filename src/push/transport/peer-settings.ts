import {
  DEFAULT_MAX_FRAME_BYTES,
  DEFAULT_WINDOW_BYTES,
  ERROR,
  FRAME,
  FRAME_HEADER_BYTES,
  Http2Error,
  MAX_WINDOW_BYTES,
  writeFrameHeader,
} from './frames.ts';
import { DEFAULT_TABLE_BYTES } from './hpack-static.ts';

/** Identifiers (RFC 9113, section 6.5.2). */
const SETTING = {
  headerTableSize: 0x1,
  enablePush: 0x2,
  maxConcurrentStreams: 0x3,
  initialWindowSize: 0x4,
  maxFrameSize: 0x5,
  maxHeaderListSize: 0x6,
} as const;

/** The limits that the server sets for us. */
export interface PeerSettings {
  headerTableBytes: number;
  maxConcurrentStreams: number;
  initialWindowBytes: number;
  maxFrameBytes: number;
}

/** In force until the server's SETTINGS arrive. */
export function initialPeerSettings(): PeerSettings {
  return {
    headerTableBytes: DEFAULT_TABLE_BYTES,
    maxConcurrentStreams: Number.POSITIVE_INFINITY,
    initialWindowBytes: DEFAULT_WINDOW_BYTES,
    maxFrameBytes: DEFAULT_MAX_FRAME_BYTES,
  };
}

/**
 * Applies the payload of a SETTINGS frame in its order, and ignores unknown settings.
 * @param onTableSize called with every table size, because a low one between two others counts as well (RFC 7541, section 4.2)
 * @throws {Http2Error} for a payload or value that is not allowed
 */
export function applySettings(
  settings: PeerSettings,
  buffer: Buffer,
  start: number,
  end: number,
  onTableSize: (bytes: number) => void,
): void {
  if ((end - start) % 6 !== 0) throw new Http2Error(ERROR.frameSize, 'SETTINGS of a wrong length');
  for (let at = start; at < end; at += 6) {
    const value = buffer.readUInt32BE(at + 2);
    switch (buffer.readUInt16BE(at)) {
      case SETTING.headerTableSize:
        settings.headerTableBytes = value;
        onTableSize(value);
        break;
      case SETTING.enablePush:
        if (value !== 0) throw new Http2Error(ERROR.protocol, 'a server that sets ENABLE_PUSH');
        break;
      case SETTING.maxConcurrentStreams:
        settings.maxConcurrentStreams = value;
        break;
      case SETTING.initialWindowSize:
        if (value > MAX_WINDOW_BYTES)
          throw new Http2Error(ERROR.flowControl, 'INITIAL_WINDOW_SIZE too large');
        settings.initialWindowBytes = value;
        break;
      case SETTING.maxFrameSize:
        if (value < DEFAULT_MAX_FRAME_BYTES || value > 0xff_ffff) {
          throw new Http2Error(ERROR.protocol, `MAX_FRAME_SIZE of ${value}`);
        }
        settings.maxFrameBytes = value;
        break;
      default:
    }
  }
}

/** The client's first bytes (RFC 9113, section 3.4): push is off, response headers are bounded, and the rest is default. */
export function clientPreface(maxHeaderListBytes: number): Buffer {
  const magic = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
  const preface = Buffer.alloc(magic.length + FRAME_HEADER_BYTES + 12);
  preface.write(magic, 'latin1');
  let at = writeFrameHeader(preface, magic.length, 12, FRAME.settings, 0, 0);
  at = preface.writeUInt16BE(SETTING.enablePush, at);
  at = preface.writeUInt32BE(0, at);
  at = preface.writeUInt16BE(SETTING.maxHeaderListSize, at);
  preface.writeUInt32BE(maxHeaderListBytes, at);
  return preface;
}
