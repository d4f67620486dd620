import { readFileSync } from 'node:fs';

/** Every bound of the live line, with its reason. Sizes in bytes, times in ms. */
export interface LiveLimits {
  /** Open connections of this process. More: 503. Each takes a file descriptor, and the API needs some as well. */
  readonly connections: number;
  /**
   * Open connections of one address (IPv6: one /64, which is one customer). More: 503. A company or a carrier's NAT puts
   * thousands of readers behind one IPv4 address; the bound only keeps one machine from taking all the room.
   */
  readonly perAddress: number;
  /** Bytes that may wait for one slow reader. More: 4408. Twice the largest hello. */
  readonly waitingBytes: number;
  /** Bytes that may wait for all slow readers together. More: the readers with the most are cut until the bound is kept. */
  readonly waitingBytesInAll: number;
  /** Control frames that a client may send from one heartbeat to the next. It needs one, a pong. More: 1008. */
  readonly controlFrames: number;
  /** Time from one heartbeat of a connection to the next: below the minute after which proxies and NATs forget an idle line. */
  readonly beatMs: number;
  /** Time until the pong must arrive; then the connection is ended. A phone that changes cells needs some seconds. */
  readonly answerMs: number;
  /** Time that the client may take to close after our close frame; then the connection is ended. */
  readonly goodbyeMs: number;
}

/** Descriptors reserved for the API, running handshakes, Redis and files. */
export const RESERVED_DESCRIPTORS = 1000;
/** One core writes 100,000 messages a second. With more connections, the last reader gets an alert after half a second. */
const MOST_CONNECTIONS = 50_000;

export const DEFAULT_LIMITS: LiveLimits = {
  connections: connectionsFor(descriptorLimit()),
  perAddress: 2000,
  waitingBytes: 512 * 1024,
  waitingBytesInAll: 64 * 1024 * 1024,
  controlFrames: 100,
  beatMs: 25_000,
  answerMs: 8000,
  goodbyeMs: 3000,
};

function connectionsFor(descriptors: number): number {
  const free = Math.max(descriptors - RESERVED_DESCRIPTORS, Math.floor(descriptors / 2));
  return Math.min(free, MOST_CONNECTIONS);
}

/** How many files this process may hold open (Node raises the soft limit to the hard one when it starts). */
function descriptorLimit(): number {
  try {
    const found = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'));
    if (found !== null) return Number(found[1]);
  } catch {
    // not Linux
  }
  return 10_240;
}
