import { expect, test } from 'vitest';
import { CLOSE_CODES } from '../../../../src/live/protocol.ts';
import { createLiveWorld } from '../../../support/live-world.ts';

const MINUTE = 60_000;

test('a lost line comes back with its cursor: nothing is lost, nothing comes twice', async () => {
  const { clock, gateway, openTab, publish } = createLiveWorld();
  publish('a');
  const tab = openTab({ alone: true });
  await clock.advance(100);
  publish('b');
  await clock.advance(100);
  gateway.cut({ code: 1006 });
  expect(tab.connected).toBe(false);
  publish('a');
  publish('c');
  await clock.advance(2000);
  expect(tab.had).toEqual(['a:1', 'b:1', 'a:2', 'c:1']);
  expect(gateway.tries.map(({ cursor }) => cursor)).toEqual(['', 'e1:2']);
  expect(tab.states).toEqual([true, false, true]);
});

test('a wiped log is told as a reset: what is current, and forget the rest', async () => {
  const { clock, gateway, openTab, publish } = createLiveWorld();
  publish('a');
  const tab = openTab({ alone: true, resets: true });
  const plain = openTab({ alone: true });
  await clock.advance(100);
  gateway.wipe();
  publish('b');
  gateway.cut({ code: CLOSE_CODES.serviceRestart });
  await clock.advance(2000);
  publish('c');
  await clock.advance(100);
  expect(tab.had).toEqual(['[a]', '[b]', 'c:1']);
  expect(plain.had).toEqual(['a:1', 'b:1', 'c:1']);
});

test('waits double up to half a minute while the gateway is away', async () => {
  const { clock, gateway, openTab } = createLiveWorld();
  openTab({ alone: true });
  await clock.advance(20_000);
  gateway.refuse = { socket: { code: 1006 }, stream: {} };
  gateway.cut({ code: 1006 });
  await clock.advance(5 * MINUTE);
  const times = gateway.tries.map(({ atMs }) => atMs);
  const waits = times.slice(2).map((time, index) => Math.round((time - (times[index + 1] ?? 0)) / 100) / 10);
  // Half of each bound: the world's random is always 0.5.
  expect(waits.slice(0, 6)).toEqual([1, 2, 4, 8, 15, 15]);
  // Sockets have worked: for the first minute it is an outage, then perhaps another network.
  const kinds = gateway.tries.slice(1).map(({ kind }) => kind);
  expect([kinds.indexOf('stream'), kinds.includes('socket', 8)]).toEqual([8, true]);
});

test('each close code is obeyed', async () => {
  const { clock, gateway, openTab } = createLiveWorld();
  const tab = openTab({ alone: true });
  await clock.advance(20_000);
  gateway.cut({ code: CLOSE_CODES.slowConsumer });
  await clock.advance(200);
  expect([gateway.tries.length, tab.connected]).toEqual([2, true]);

  await clock.advance(20_000);
  gateway.cut({ code: CLOSE_CODES.tryAgainLater });
  // The gateway asked for the wait: looking at the page does not shorten it.
  tab.wake('visible');
  await clock.advance(30_000);
  expect(gateway.tries.length).toBe(2);
  await clock.advance(6000);
  expect([gateway.tries.length, tab.connected]).toEqual([3, true]);
});

test.each([
  CLOSE_CODES.protocolError,
  CLOSE_CODES.invalidText,
  CLOSE_CODES.policyViolation,
  CLOSE_CODES.messageTooBig,
])('%i is a bug of ours: the line stays closed', async (code) => {
  const { clock, gateway, openTab } = createLiveWorld();
  const tab = openTab({ alone: true });
  await clock.advance(100);
  gateway.cut({ code });
  tab.wake('online');
  await clock.advance(60 * MINUTE);
  expect([gateway.tries.length, tab.connected]).toEqual([1, false]);
});

test('where no WebSocket gets through the event stream serves, and sockets are tried again now and then', async () => {
  const { clock, gateway, openTab, publish } = createLiveWorld();
  gateway.refuse = { socket: { code: 1006 } };
  const tab = openTab({ alone: true });
  await clock.advance(10_000);
  expect(gateway.tries.map(({ kind }) => kind)).toEqual(['socket', 'stream']);
  publish('a');
  await clock.advance(100);
  expect([tab.had, tab.connected]).toEqual([['a:1'], true]);

  const beats = async (minutes: number): Promise<void> => {
    for (let beat = 0; beat < minutes * 3; beat++) {
      gateway.beat();
      await clock.advance(20_000);
    }
  };
  await beats(10);
  // One, three and seven minutes after: each failure doubles the wait, and the stream stays meanwhile.
  expect(gateway.tries.slice(2).map(({ kind }) => kind)).toEqual(['socket', 'socket', 'socket']);
  expect(tab.states).toEqual([true]);
  gateway.refuse = {};
  await beats(10);
  expect([gateway.tries.at(-1)?.kind, gateway.lines]).toEqual(['socket', 1]);
  publish('b');
  await clock.advance(100);
  expect([tab.had, tab.states]).toEqual([['a:1', 'b:1'], [true]]);
});

test('the refusal of an event stream is heeded', async () => {
  const { clock, gateway, openTab } = createLiveWorld();
  gateway.refuse = { socket: { code: 1006 }, stream: { status: 503, retryAfterMs: 40_000 } };
  openTab({ alone: true });
  await clock.advance(10_000);
  expect(gateway.tries.length).toBe(2);
  await clock.advance(30_000);
  expect(gateway.tries.length).toBe(2);
  await clock.advance(10_000);
  expect(gateway.tries.length).toBe(3);
});

test('an event stream without heartbeats is dead', async () => {
  const { clock, gateway, openTab } = createLiveWorld();
  gateway.refuse = { socket: { code: 1006 } };
  const tab = openTab({ alone: true });
  await clock.advance(10_000);
  gateway.freezeLines();
  gateway.refuse = { socket: { code: 1006 }, stream: {} };
  await clock.advance(90_000);
  expect(tab.connected).toBe(false);
});

test('a WebSocket that went dead without a word is found by its silence, and replaced without a gap', async () => {
  const { clock, gateway, openTab, publish } = createLiveWorld();
  const tab = openTab({ alone: true });
  await clock.advance(100);
  gateway.freezeLines();
  publish('a');
  await clock.advance(4 * MINUTE);
  expect(tab.had).toEqual([]);
  await clock.advance(2 * MINUTE);
  expect([tab.had, gateway.lines, tab.states]).toEqual([['a:1'], 1, [true]]);
});

test.each(['visible', 'online'] as const)('a dead line is replaced when the page wakes: %s', async (why) => {
  const { clock, gateway, openTab, publish } = createLiveWorld();
  const tab = openTab({ alone: true });
  await clock.advance(60_000);
  gateway.freezeLines();
  publish('a');
  tab.wake(why);
  await clock.advance(1000);
  expect(tab.had).toEqual(['a:1']);
  tab.wake('visible');
  await clock.advance(1000);
  expect(gateway.tries.length).toBe(2);
});

test('after a sleep of the device the line is replaced', async () => {
  const { clock, gateway, openTab, publish } = createLiveWorld();
  const tab = openTab({ alone: true });
  await clock.advance(60_000);
  gateway.freezeLines();
  publish('a');
  clock.sleep(8 * 60 * MINUTE);
  await clock.advance(21_000);
  expect(tab.had).toEqual(['a:1']);
});

test('a live line that cannot be replaced stays, and what it brings ends the doubt', async () => {
  const { clock, gateway, openTab, publish } = createLiveWorld();
  const tab = openTab({ alone: true });
  await clock.advance(60_000);
  gateway.refuse = { socket: { code: 1013 }, stream: { status: 503 } };
  tab.wake('online');
  await clock.advance(1000);
  expect([tab.connected, gateway.lines]).toEqual([false, 1]);
  publish('a');
  await clock.advance(100);
  expect([tab.connected, tab.had]).toEqual([true, ['a:1']]);
  await clock.advance(2 * MINUTE);
  expect(gateway.tries.length).toBe(2);
});

test('sleeps while offline, hidden or not, and wakes when the network is back', async () => {
  const { clock, gateway, openTab } = createLiveWorld();
  const tab = openTab({ alone: true, visible: false });
  await clock.advance(100);
  tab.setOnline(false);
  expect(tab.connected).toBe(false);
  gateway.cut({ code: 1006 });
  await clock.advance(60 * MINUTE);
  expect(gateway.tries.length).toBe(1);
  tab.setOnline(true);
  await clock.advance(1000);
  expect([gateway.tries.length, tab.connected]).toEqual([2, true]);
});

test('a gateway that never says hello is given up and tried again', async () => {
  const { clock, gateway, openTab } = createLiveWorld();
  gateway.mute = true;
  const tab = openTab({ alone: true });
  await clock.advance(14_000);
  gateway.mute = false;
  // A socket, and an event stream beside it.
  expect(gateway.tries.length).toBe(2);
  await clock.advance(3000);
  expect([gateway.tries.length, tab.connected]).toEqual([3, true]);
});

test('a page kept for the back button lets go, and comes back without a gap', async () => {
  const { clock, gateway, openTab, publish } = createLiveWorld();
  const tab = openTab({ alone: true });
  await clock.advance(100);
  tab.hold('hold');
  publish('a');
  await clock.advance(MINUTE);
  expect([gateway.lines, tab.connected]).toEqual([0, false]);
  tab.hold('go');
  await clock.advance(100);
  expect([tab.had, tab.connected]).toEqual([['a:1'], true]);
  tab.close();
  await clock.advance(100);
  expect(gateway.lines).toBe(0);
});

test('where the upgrade is swallowed, an alert is there within three seconds of opening', async () => {
  const { clock, gateway, openTab, publish } = createLiveWorld();
  gateway.mute = 'socket';
  publish('a');
  const tab = openTab({ alone: true });
  await clock.advance(2000);
  expect([tab.had, tab.connected]).toEqual([['a:1'], true]);
  publish('b');
  await clock.advance(MINUTE);
  expect([tab.had, tab.connected, gateway.lines]).toEqual([['a:1', 'b:1'], true, 1]);
  // The socket gets through after all: it takes the place of the stream.
  gateway.mute = false;
  await clock.advance(10 * MINUTE);
  publish('c');
  await clock.advance(100);
  expect([tab.had.at(-1), gateway.tries.at(-1)?.kind, gateway.lines]).toEqual(['c:1', 'socket', 1]);
  expect(tab.faults).toEqual([]);
});

test('a socket that answers in time is the only line', async () => {
  const { clock, gateway, openTab } = createLiveWorld();
  openTab({ alone: true });
  await clock.advance(MINUTE);
  expect([gateway.tries.map(({ kind }) => kind), gateway.lines]).toEqual([['socket'], 1]);
});

test.each(['locks', 'channel'] as const)(
  'where the browser has %s and refuses them, the tab has a line of its own',
  async (refusing) => {
    const { clock, openTab, publish } = createLiveWorld();
    const tab = openTab({ refusing });
    await clock.advance(100);
    publish('a');
    await clock.advance(100);
    expect([tab.had, tab.connected]).toEqual([['a:1'], true]);
  },
);

test('why no line comes about is told once: a refused question with its errors', async () => {
  const { clock, gateway, openTab } = createLiveWorld();
  const errors = [{ parameter: 'topics', detail: 'must be lower-case' }];
  gateway.refuse = { socket: { code: 1006 }, stream: { status: 400, errors } };
  const tab = openTab({ alone: true });
  await clock.advance(10 * MINUTE);
  expect(tab.faults).toEqual([{ status: 400, errors }]);
  expect(gateway.tries.map(({ kind }) => kind)).toEqual(['socket', 'stream']);
});

test('the time is the server’s, however wrong the device’s clock is, in tabs that follow too', async () => {
  const { clock, openTab, publish } = createLiveWorld();
  publish('a');
  const [leader, follower] = [65 * MINUTE, -24 * 60 * MINUTE].map((clockAheadMs) =>
    openTab({ clockAheadMs }),
  );
  await clock.advance(20 * MINUTE);
  for (const tab of [leader, follower]) {
    expect(tab?.had).toEqual(['a:1']);
    expect(Math.abs((tab?.serverNow() ?? 0) - clock.now())).toBeLessThan(1000);
  }
});
