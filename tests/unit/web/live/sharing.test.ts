import { expect, test } from 'vitest';
import { createLiveWorld, type Tab } from '../../../support/live-world.ts';
import { seededRandom } from '../../../support/random.ts';

const MINUTE = 60_000;

test('tabs share one line; one that joins late gets the current alerts', async () => {
  const { clock, gateway, openTab, publish } = createLiveWorld();
  publish('a');
  const [first, second] = [openTab(), openTab()];
  await clock.advance(100);
  publish('b', { change: 'new' });
  publish('a');
  await clock.advance(100);
  publish('gone');
  publish('gone', { change: 'retraction' });
  publish('old', { expiresAt: new Date(clock.now() + 30_000).toISOString() });
  await clock.advance(MINUTE);
  const [late, lateWithReset] = [openTab({ visible: false }), openTab({ resets: true })];
  await clock.advance(100);
  publish('c');
  await clock.advance(100);
  expect(gateway.lines).toBe(1);
  const all = ['a:1', 'b:1', 'a:2', 'gone:1', 'gone:2', 'old:1', 'c:1'];
  expect([first.had, second.had]).toEqual([all, all]);
  expect(late.had).toEqual(['b:1', 'a:2', 'c:1']);
  expect(lateWithReset.had).toEqual(['[b,a]', 'c:1']);
  expect([first, second, late, lateWithReset].map((tab) => tab.states)).toEqual([
    [true],
    [true],
    [true],
    [true],
  ]);
});

test('when the leader closes another goes on, without a gap, a double or a flicker', async () => {
  const { clock, gateway, openTab, publish } = createLiveWorld();
  const tabs = [openTab(), openTab(), openTab()];
  await clock.advance(100);
  publish('a');
  await clock.advance(100);
  tabs[0]?.close();
  publish('b');
  await clock.advance(100);
  publish('c');
  await clock.advance(100);
  expect(gateway.tries.map(({ cursor }) => cursor)).toEqual(['', 'e1:1']);
  expect(tabs.map((tab) => tab.had)).toEqual([['a:1'], ['a:1', 'b:1', 'c:1'], ['a:1', 'b:1', 'c:1']]);
  expect(tabs[2]?.states).toEqual([true]);
  tabs[1]?.close();
  publish('d');
  await clock.advance(100);
  expect(tabs[2]?.had).toEqual(['a:1', 'b:1', 'c:1', 'd:1']);
  tabs[2]?.close();
  await clock.advance(100);
  expect(gateway.lines).toBe(0);
});

test('a leader that is frozen lets go first, and comes back as a follower that missed nothing', async () => {
  const { clock, gateway, openTab, publish } = createLiveWorld();
  const [leader, other] = [openTab({ visible: false }), openTab()];
  await clock.advance(100);
  leader.hold('hold');
  publish('a');
  await clock.advance(100);
  leader.hold('go');
  publish('b');
  await clock.advance(100);
  expect([leader.had, other.had, gateway.lines]).toEqual([['a:1', 'b:1'], ['a:1', 'b:1'], 1]);
});

test('a leader that no longer answers is replaced by a tab that is looked at', async () => {
  const { clock, gateway, openTab, publish } = createLiveWorld();
  const [leader, other, third] = [openTab(), openTab(), openTab({ visible: false })];
  await clock.advance(100);
  leader.stall();
  publish('a');
  await clock.advance(30_000);
  expect([other.had, third.had]).toEqual([['a:1'], ['a:1']]);
  expect(gateway.tries.map(({ cursor }) => cursor)).toEqual(['', 'e1:0']);
});

test('a hidden leader off the line gives way at once to a tab that is looked at', async () => {
  const { clock, gateway, openTab, publish } = createLiveWorld();
  const [leader, other] = [openTab({ visible: false }), openTab()];
  await clock.advance(20_000);
  gateway.refuse = { socket: { code: 1006 }, stream: {} };
  gateway.cut({ code: 1006 });
  await clock.advance(10);
  gateway.refuse = {};
  publish('a');
  // The old leader's own next try would be later.
  await clock.advance(200);
  expect([leader.had, other.had, gateway.lines]).toEqual([['a:1'], ['a:1'], 1]);
  await clock.advance(MINUTE);
  expect([gateway.lines, gateway.tries.length]).toEqual([1, 2]);
});

test('every tab is told of a reset', async () => {
  const { clock, gateway, openTab, publish } = createLiveWorld();
  const tabs = [openTab({ resets: true }), openTab({ resets: true })];
  await clock.advance(100);
  publish('a');
  await clock.advance(100);
  gateway.wipe();
  publish('b');
  gateway.cut({ code: 1012 });
  await clock.advance(2000);
  for (const tab of tabs) expect(tab.had).toEqual(['[]', 'a:1', '[b]']);
});

test('the line is looked after when a follower wakes', async () => {
  const { clock, gateway, openTab, publish } = createLiveWorld();
  const [leader, other] = [openTab({ visible: false }), openTab({ visible: false })];
  await clock.advance(MINUTE);
  gateway.freezeLines();
  publish('a');
  other.show(true);
  await clock.advance(1000);
  expect([leader.had, other.had]).toEqual([['a:1'], ['a:1']]);
});

test('tabs that ask for other things, and pages without locks, have lines of their own', async () => {
  const { clock, gateway, openTab } = createLiveWorld();
  openTab();
  openTab({ alone: true });
  await clock.advance(100);
  expect(gateway.lines).toBe(2);
});

test('a tab that comes back from before its leader’s time fills its gap at the gateway', async () => {
  const { clock, gateway, openTab, publish } = createLiveWorld();
  const [old, next] = [openTab(), openTab()];
  await clock.advance(100);
  old.hold('hold');
  publish('a', { expiresAt: new Date(0).toISOString() });
  await clock.advance(100);
  next.close();
  openTab();
  await clock.advance(100);
  old.hold('go');
  await clock.advance(100);
  publish('b');
  await clock.advance(100);
  expect([old.had, gateway.lines]).toEqual([['a:1', 'b:1'], 1]);
});

test.each([1, 2, 3, 4, 5, 6])(
  'whatever happens to the tabs, none has a gap or a double (seed %i)',
  async (seed) => {
    const { clock, gateway, openTab, publish } = createLiveWorld();
    const random = seededRandom(seed);
    const tabs = new Set([openTab()]);
    const some = (): Tab | undefined => [...tabs][Math.floor(random() * tabs.size)];
    // None is current any more when it comes: what a tab missed, only a recovery can bring.
    const expiresAt = new Date(0).toISOString();
    let published = 0;
    for (let step = 0; step < 400; step++) {
      const what = random();
      const tab = some();
      if (what < 0.4) publish(`${++published}`, { expiresAt });
      else if (what < 0.5 && tabs.size < 5) tabs.add(openTab({ visible: random() < 0.5 }));
      else if (what < 0.54 && tab !== undefined && tabs.size > 1) {
        tab.close();
        tabs.delete(tab);
      } else if (what < 0.6) tab?.hold('hold');
      else if (what < 0.68) tab?.hold('go');
      else if (what < 0.72) gateway.cut({ code: 1012 });
      else if (what < 0.74) gateway.freezeLines();
      else if (what < 0.8) tab?.show(random() < 0.5);
      else await clock.advance(random() * 20_000);
    }
    for (const tab of tabs) tab.hold('go');
    await clock.advance(10 * MINUTE);
    publish(`${++published}`, { expiresAt });
    await clock.advance(100);
    expect(gateway.lines).toBe(1);
    for (const tab of tabs) {
      const first = Number.parseInt(tab.had[0] ?? '', 10);
      const wanted = Array.from({ length: published - first + 1 }, (_, index) => `${first + index}:1`);
      expect(tab.had).toEqual(wanted);
    }
  },
);
