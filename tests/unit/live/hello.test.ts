import { expect, test } from 'vitest';
import { createGroups } from '../../../src/live/connections/groups.ts';
import { createHellos } from '../../../src/live/hello.ts';
import { createTail } from '../../../src/live/log/tail.ts';
import { eventStreamWire } from '../../../src/live/connections/wire.ts';

const tail = createTail('e', 0);
const groups = createGroups();
const groupOf = (...topics: string[]) =>
  groups.of(eventStreamWire, { topics, urgency: 'normal', lang: undefined });

test('however many questions strangers make up, few are kept, by their whole size', () => {
  const hellos = createHellos({ now: () => 0, topics: () => undefined });
  let most = 0;
  for (let n = 0; n < 10_000; n++) {
    hellos.of(tail, groupOf(`made-up-${n}`), { epoch: 'e', offset: n });
    most = Math.max(most, hellos.kept);
  }
  expect(most).toBeLessThanOrEqual(2000);

  const long = Array.from({ length: 50 }, (_, n) => `${'x'.repeat(37)}${n}`);
  const large = createHellos({ now: () => 0, topics: () => undefined });
  most = 0;
  for (let n = 0; n < 3000; n++) {
    large.of(tail, groupOf(...long, ...long, ...long, String(n)), undefined);
    most = Math.max(most, large.kept);
  }
  expect(most).toBeLessThan(1500);
});

test('a hello names the topics that the newsroom does not have, as soon as it has others', () => {
  let topics: ReadonlySet<string> | undefined;
  const hellos = createHellos({ now: () => 0, topics: () => topics });
  const hello = (): string => hellos.of(tail, groupOf('world', 'wrold'), undefined).bytes.toString();
  expect(hello()).not.toContain('unknownTopics');
  topics = new Set(['world']);
  expect(hello()).toContain('"unknownTopics":["wrold"]');
  topics = new Set(['world', 'wrold']);
  expect(hello()).not.toContain('unknownTopics');
});
