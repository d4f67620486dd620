import { expect, test } from 'vitest';
import type { Alert } from '../../../../src/alerts/schema.ts';
import { createServerClock } from '../../../../src/web/common/server-clock.ts';
import { createMemory } from '../../../../src/web/live/memory.ts';

const version = (id: string, number = 1): Alert => ({ id, version: number }) as Alert;

test('a version is handed on once, an old one after a newer one too, and the memory of it has a bound', () => {
  const had: string[] = [];
  const memory = createMemory({
    clock: createServerClock(() => 0),
    onAlert: (alert) => had.push(`${alert.id}:${alert.version}`),
  });
  const take = (alert: Alert): void => memory.take({ type: 'alert', cursor: 'e:1', alert });
  for (const alert of [version('a', 2), version('a', 1), version('a', 2), version('a', 1)]) take(alert);
  expect(had).toEqual(['a:2', 'a:1']);
  for (let count = 0; count < 1999; count++) take(version(`n${count}`));
  take(version('a', 1));
  expect(had.length).toBe(2001);
  take(version('a', 2));
  expect(had.length).toBe(2002);
});

test('what another tab missed is told exactly, or not at all', () => {
  const memory = createMemory({ clock: createServerClock(() => 0), onAlert: () => undefined });
  expect(memory.helloFor('')).toBeUndefined();
  memory.take({ type: 'hello', cursor: 'e:5', recovered: false, alerts: [] });
  memory.take({ type: 'alert', cursor: 'e:7', alert: version('a') });
  memory.take({ type: 'hello', cursor: 'e:20', recovered: true, alerts: [version('b'), version('c')] });
  memory.take({ type: 'alert', cursor: 'e:21', alert: version('d') });
  const missed = (since: string): string | undefined => {
    const hello = memory.helloFor(since);
    return hello?.recovered === true ? hello.alerts.map(({ id }) => id).join('') : String(hello?.recovered);
  };
  expect(['e:5', 'e:6', 'e:7', 'e:20', 'e:21'].map(missed)).toEqual(['abcd', 'abcd', 'bcd', 'd', '']);
  // From before its time, from among versions without places, of another epoch.
  expect(['e:4', 'e:12', 'other:21'].map(missed)).toEqual(['false', 'false', 'false']);
  // Ahead: this tab has nothing to tell.
  expect(memory.helloFor('e:22')).toBeUndefined();
});
