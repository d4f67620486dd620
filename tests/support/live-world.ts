import type { Alert } from '../../src/alerts/schema.ts';
import type { HelloMessage, LiveMessage } from '../../src/live/protocol.ts';
import { createLiveClient } from '../../src/web/live/client.ts';
import type { LineFault } from '../../src/web/live/line-keeper.ts';
import type { Channel, Locks, Surroundings, Wake } from '../../src/web/live/surroundings.ts';
import type { Ending, OpenLine, LineEvents } from '../../src/web/live/line.ts';
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts';

/** A gateway and one browser's tabs, without a network and on a clock of their own. */
export interface LiveWorld {
  readonly clock: VirtualClock;
  readonly gateway: FakeGateway;
  openTab(options?: TabOptions): Tab;
  /** Puts the next version of an alert into the log. */
  publish(id: string, fields?: Partial<Alert>): Alert;
}

interface TabOptions {
  readonly visible?: boolean;
  readonly online?: boolean;
  /** Without Web Locks. */
  readonly alone?: boolean;
  /** Locks and channels are there, and refuse: Firefox where a reader blocks the site's storage. */
  readonly refusing?: 'locks' | 'channel';
  /** How wrong the device's clock is. */
  readonly clockAheadMs?: number;
  /** With `onReset`. */
  readonly resets?: boolean;
}

export interface Tab {
  /** Every version that `onAlert` had, as id:version, and each reset as [ids]. */
  readonly had: string[];
  readonly connected: boolean;
  /** How often `onState` said something. */
  readonly states: readonly boolean[];
  readonly faults: readonly LineFault[];
  /** What the tab takes for the server's time. */
  serverNow(): number;
  wake(why: Wake): void;
  show(visible: boolean): void;
  setOnline(online: boolean): void;
  hold(what: 'hold' | 'go'): void;
  /** Its page no longer gets a turn: it neither hears nor says anything. */
  stall(): void;
  close(): void;
}

export interface FakeGateway {
  /** How each line that was tried wished to be opened, in order. */
  readonly tries: readonly { kind: 'socket' | 'stream'; cursor: string; atMs: number }[];
  /** Open lines. */
  readonly lines: number;
  /** Every try from now on ends so; undefined: it is taken. */
  refuse: { socket?: Ending | undefined; stream?: Ending | undefined };
  /** Tries are neither taken nor refused. */
  mute: boolean | 'socket';
  /** Ends all lines. */
  cut(ending: Ending): void;
  /** What is written no longer arrives, and nobody is told. */
  freezeLines(): void;
  /** Comments on the event streams. */
  beat(): void;
  /** A wiped log: another epoch, nothing in it. */
  wipe(): void;
}

const LATENCY_MS = 5;
const START_MS = Date.UTC(2026, 0, 1);

export function createLiveWorld(): LiveWorld {
  const clock = createVirtualClock(START_MS);
  const log = createFakeLog(clock);
  const { gateway, transport } = createFakeGateway(clock, log);
  const locks = createFakeLocks();
  const openChannel = createFakeChannels(clock);
  return {
    clock,
    gateway,
    openTab: (options = {}) => openTab({ clock, transport, locks, openChannel }, options),
    publish: (id, fields = {}) => {
      const version = log.entries.filter((entry) => entry.alert.id === id).length + 1;
      const expiresAt = new Date(clock.now() + 3_600_000).toISOString();
      const alert = { id, version, change: version === 1 ? 'new' : 'update', expiresAt, ...fields } as Alert;
      log.entries.push({ offset: (log.entries.at(-1)?.offset ?? 0) + 1, alert });
      log.follow.forEach((tell) => tell(alert, log.cursor()));
      return alert;
    },
  };
}

interface FakeLog {
  epoch: number;
  entries: { offset: number; alert: Alert }[];
  readonly follow: Set<(alert: Alert, cursor: string) => void>;
  cursor(): string;
  hello(since: string): HelloMessage;
}

function createFakeLog(clock: VirtualClock): FakeLog {
  const log: FakeLog = {
    epoch: 1,
    entries: [],
    follow: new Set(),
    cursor: () => `e${log.epoch}:${log.entries.at(-1)?.offset ?? 0}`,
    hello: (since) => {
      const recovered = since.startsWith(`e${log.epoch}:`);
      const offset = recovered ? Number(since.split(':')[1]) : 0;
      const missed = log.entries.filter((entry) => entry.offset > offset).map((entry) => entry.alert);
      const latest = new Map(missed.map((alert) => [alert.id, alert]));
      const current = [...latest.values()].filter(({ expiresAt }) => Date.parse(expiresAt) > clock.now());
      const alerts = recovered ? missed : current;
      const time = new Date(clock.now()).toISOString();
      return { type: 'hello', cursor: log.cursor(), recovered, alerts, time };
    },
  };
  return log;
}

function createFakeGateway(clock: VirtualClock, log: FakeLog) {
  interface Line extends LineEvents {
    kind: 'socket' | 'stream';
    isDead: boolean;
  }
  const open = new Set<Line>();
  const tries: { kind: 'socket' | 'stream'; cursor: string; atMs: number }[] = [];
  const tell = (line: Line, message: LiveMessage): void => {
    const text = JSON.stringify(message);
    clock.after(LATENCY_MS, () => {
      if (open.has(line) && !line.isDead) line.onText(text);
    });
  };
  log.follow.add((alert, cursor) => {
    for (const line of open) tell(line, { type: 'alert', cursor, alert });
  });
  const gateway: FakeGateway = {
    tries,
    get lines() {
      return open.size;
    },
    refuse: {},
    mute: false,
    cut: (ending) => {
      for (const line of open) {
        open.delete(line);
        line.onEnd(ending);
      }
    },
    freezeLines: () => open.forEach((line) => (line.isDead = true)),
    beat: () =>
      open.forEach((line) => {
        if (line.kind === 'stream' && !line.isDead) line.onBeat();
      }),
    wipe: () => {
      log.epoch += 1;
      log.entries = [];
    },
  };
  const transport =
    (kind: 'socket' | 'stream'): OpenLine =>
    (url, events) => {
      const line: Line = { ...events, kind, isDead: false };
      const cursor = url.searchParams.get('cursor') ?? '';
      let isClosed = false;
      tries.push({ kind, cursor, atMs: clock.now() - START_MS });
      const refusal = gateway.refuse[kind];
      clock.after(LATENCY_MS, () => {
        if (isClosed || gateway.mute === true || gateway.mute === kind) return;
        if (refusal !== undefined) {
          events.onEnd(refusal);
          return;
        }
        open.add(line);
        tell(line, log.hello(cursor));
      });
      return {
        close: () => {
          isClosed = true;
          open.delete(line);
        },
      };
    };
  return { gateway, transport };
}

/** Exclusive locks, by the rules of the Web Locks API: a queue, an abort while waiting, and stealing. */
function createFakeLocks(): Locks {
  const abortError = (): Error => Object.assign(new Error('aborted'), { name: 'AbortError' });
  interface Held {
    lose(): void;
  }
  let holder: Held | undefined;
  const queue: (() => void)[] = [];

  const grant = (held: () => Promise<void>, reject: (error: Error) => void, resolve: () => void): void => {
    const mine: Held = { lose: () => reject(abortError()) };
    holder = mine;
    // Never before `request` has returned.
    void Promise.resolve()
      .then(held)
      .then(() => {
        resolve();
        if (holder !== mine) return;
        holder = undefined;
        queue.shift()?.();
      });
  };
  return {
    request: (_name, options, held) =>
      new Promise<void>((resolve, reject) => {
        const take = (): void => grant(held, reject, resolve);
        if (options.steal === true) {
          holder?.lose();
          take();
        } else if (holder === undefined) {
          take();
        } else {
          queue.push(take);
          options.signal?.addEventListener('abort', () => {
            const place = queue.indexOf(take);
            if (place < 0) return;
            queue.splice(place, 1);
            reject(abortError());
          });
        }
      }),
  };
}

/** In order, a moment later, as copies. */
function createFakeChannels(clock: VirtualClock) {
  const open = new Set<{ name: string; onNote: (note: unknown) => void }>();
  return (name: string, onNote: (note: unknown) => void): Channel => {
    const mine = { name, onNote };
    open.add(mine);
    return {
      post: (note) => {
        const copy: unknown = structuredClone(note);
        for (const other of open) {
          if (other === mine || other.name !== name) continue;
          clock.after(1, () => {
            if (open.has(other)) other.onNote(copy);
          });
        }
      },
      close: () => open.delete(mine),
    };
  };
}

function openTab(
  world: {
    clock: VirtualClock;
    transport: (kind: 'socket' | 'stream') => OpenLine;
    locks: Locks;
    openChannel: (name: string, onNote: (note: unknown) => void) => Channel;
  },
  options: TabOptions,
): Tab {
  const { clock } = world;
  let { visible = true, online = true } = options;
  let isStalled = false;
  let onWake: (why: Wake) => void = () => undefined;
  let onHold: (what: 'hold' | 'go') => void = () => undefined;
  /** A page that is stalled runs nothing. */
  const run =
    <T extends unknown[]>(call: (...values: T) => void) =>
    (...values: T): void => {
      if (!isStalled) call(...values);
    };
  const transport = (kind: 'socket' | 'stream'): OpenLine => {
    const open = world.transport(kind);
    return (url, { onText, onBeat, onEnd }) =>
      open(url, { onText: run(onText), onBeat: run(onBeat), onEnd: run(onEnd) });
  };
  const surroundings: Surroundings = {
    now: () => clock.now() + (options.clockAheadMs ?? 0),
    monotonic: clock.now,
    random: () => 0.5,
    after: (ms, call) => clock.after(ms, run(call)),
    online: () => online,
    visible: () => visible,
    onWake: (listener) => {
      onWake = listener;
      return () => (onWake = () => undefined);
    },
    onHold: (listener) => {
      onHold = listener;
      return () => (onHold = () => undefined);
    },
    openWebSocket: transport('socket'),
    openEventStream: transport('stream'),
    locks:
      options.alone === true
        ? undefined
        : options.refusing === 'locks'
          ? { request: () => Promise.reject(new DOMException('blocked', 'SecurityError')) }
          : world.locks,
    openChannel: (name, onNote) => {
      if (options.refusing === 'channel') throw new DOMException('blocked', 'SecurityError');
      return world.openChannel(name, run(onNote));
    },
  };
  const had: string[] = [];
  const states: boolean[] = [];
  const faults: LineFault[] = [];
  const client = createLiveClient(
    {
      url: new URL('https://alerts.example/v1/live'),
      query: { topics: 'world' },
      onAlert: (alert) => had.push(`${alert.id}:${alert.version}`),
      ...(options.resets === true
        ? { onReset: (current) => had.push(`[${current.map(({ id }) => id).join()}]`) }
        : {}),
      onState: (connected) => states.push(connected),
      onFault: (fault) => faults.push(fault),
    },
    surroundings,
  );
  return {
    had,
    states,
    faults,
    serverNow: () => client.now(),
    get connected() {
      return states.at(-1) ?? false;
    },
    wake: (why) => onWake(why),
    show: (value) => {
      visible = value;
      if (value) onWake('visible');
    },
    setOnline: (value) => {
      online = value;
      onWake(value ? 'online' : 'offline');
    },
    hold: (what) => onHold(what),
    stall: () => {
      isStalled = true;
    },
    close: client.close,
  };
}
