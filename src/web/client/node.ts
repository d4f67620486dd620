import { openEventStream } from '../live/event-stream.ts';
import type { Surroundings } from '../live/surroundings.ts';
import { openWebSocket } from '../live/web-socket.ts';

/** A program without pages: it is always online and looked at, and shares its line with nobody. */
export const programSurroundings: Surroundings = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  random: () => Math.random(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  online: () => true,
  visible: () => true,
  onWake: () => () => undefined,
  onHold: () => () => undefined,
  // Node has WebSocket from version 22 on. The event stream carries the same.
  openWebSocket: 'WebSocket' in globalThis ? openWebSocket : openEventStream,
  openEventStream,
  locks: undefined,
  openChannel: undefined,
};
