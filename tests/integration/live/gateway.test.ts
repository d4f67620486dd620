import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { countReached } from '../../../src/live/connections/group-sizes.ts';
import {
  anAlertVersion as alert,
  nameOf,
  nextVersion,
  startTestGateway,
  versionsIn,
  type TestGateway,
} from '../../support/gateway.ts';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';

let redis: TestRedis;
let live: TestGateway;

beforeAll(async () => {
  redis = await startTestRedis();
});

beforeEach(async () => {
  live = await startTestGateway({ redis });
});

afterEach(async () => {
  await live.writer.flushall();
  await live.stop();
});

afterAll(() => redis.stop());

test('hello comes first, then every version that the reader wants, once', async () => {
  const line = await live.listen('topics=world');
  const sport = alert('فوز المنتخب', { topics: ['sport'] });
  const world = alert('افتتاح القمة');
  await live.log.append(sport);
  await live.log.append(world);
  expect((await live.log.append(world)).appended).toBe(false);
  const last = alert('ختام القمة');
  await live.log.append(last);
  const messages = await line.until(3);
  expect(messages[0]).toMatchObject({ type: 'hello', recovered: false, alerts: [] });
  expect(messages[1]).toMatchObject({ type: 'alert', alert: world });
  expect(versionsIn(messages)).toEqual([nameOf(world), nameOf(last)]);
  await vi.waitFor(() => expect(live.broadcasts).toHaveLength(2));
  expect(live.broadcasts[0]).toEqual({ id: world.id, version: 1, connections: 1 });
});

test('a reader who wanted a version of an alert gets all later versions too', async () => {
  const loud = await live.listen('urgency=flash');
  const quiet = await live.listen('urgency=normal');
  const sport = await live.listen('topics=sport');
  const first = alert('الأول', { urgency: 'flash' });
  const second = nextVersion(first, { urgency: 'normal' });
  const third = nextVersion(second, { change: 'retraction' });
  const other = alert('غيره', { urgency: 'normal' });
  const end = alert('رياضة', { topics: ['sport'], urgency: 'flash' });
  for (const version of [first, second, third, other, end]) await live.log.append(version);
  expect(versionsIn(await loud.until(5))).toEqual([first, second, third, end].map(nameOf));
  expect(versionsIn(await quiet.until(6))).toEqual([first, second, third, other, end].map(nameOf));
  expect(versionsIn(await sport.until(2))).toEqual([nameOf(end)]);
});

test('a new reader is shown the current alerts as earlier readers see them', async () => {
  const first = alert('الأول', { urgency: 'flash' });
  const corrected = nextVersion(first, { urgency: 'normal' });
  const retracted = alert('مسحوب', { urgency: 'flash' });
  const expired = alert('قديم', { urgency: 'flash', expiresAt: new Date(Date.now() - 1).toISOString() });
  const witness = await live.listen('urgency=flash');
  const versions = [first, corrected, retracted, nextVersion(retracted, { change: 'retraction' }), expired];
  for (const version of versions) await live.log.append(version);
  expect(versionsIn(await witness.until(6))).toEqual(versions.map(nameOf));
  const [hello] = await (await live.listen('urgency=flash')).until(1);
  expect(hello).toMatchObject({ type: 'hello', recovered: false });
  expect(versionsIn(hello === undefined ? [] : [hello])).toEqual([nameOf(corrected)]);
});

test('a kept hello is not sent after its alerts have expired', async () => {
  await live.stop();
  let now = Date.now();
  live = await startTestGateway({ redis, now: () => now });
  const witness = await live.listen();
  await live.log.append(alert('قصير', { expiresAt: new Date(now + 1000).toISOString() }));
  await witness.until(2);
  expect(versionsIn(await (await live.listen()).until(1))).toHaveLength(1);
  now += 1000;
  expect(versionsIn(await (await live.listen()).until(1))).toHaveLength(0);
});

test('a cursor brings exactly what was missed', async () => {
  const witness = await live.listen();
  const versions = Array.from({ length: 5 }, (_, index) => alert(`خبر ${index}`));
  for (const version of versions) await live.log.append(version);
  const messages = await witness.until(6);
  for (const [index, message] of messages.entries()) {
    const [hello] = await (await live.listen(`cursor=${message.cursor}`)).until(1);
    expect(hello).toMatchObject({ type: 'hello', recovered: true, cursor: messages[5]?.cursor });
    expect(versionsIn([hello!])).toEqual(versions.slice(index).map(nameOf));
  }
  const ahead = messages[5]?.cursor.replace(/\d+$/, '6') ?? '';
  expect((await (await live.listen(`cursor=${ahead}`)).until(1))[0]).toMatchObject({ recovered: false });
  expect(await live.metric('ajil_live_hellos_total', { recovered: 'true' })).toBe(6);
});

test('a reader who comes from a gateway that is ahead waits until this gateway has looked again', async () => {
  const witness = await live.listen();
  await live.log.append(alert('الأول'));
  const ahead = (await witness.until(2))[1]?.cursor.replace(/\d+$/, '2') ?? '';
  const line = live.listen(`cursor=${ahead}`);
  const stream = fetch(`http://127.0.0.1:${live.port}/v1/live`, { headers: { 'Last-Event-ID': ahead } });
  await live.log.append(alert('الثاني'));
  expect((await (await line).until(1))[0]).toMatchObject({ recovered: true, cursor: ahead, alerts: [] });
  let text = '';
  for await (const part of (await stream).body!.pipeThrough(new TextDecoderStream())) {
    text += part;
    if (text.endsWith('\n\n')) break;
  }
  expect(text).toContain(`"cursor":"${ahead}","recovered":true`);
});

test('a gap that is too large for one hello is not replayed in part', async () => {
  const witness = await live.listen();
  const body = 'س'.repeat(1000);
  const versions = Array.from({ length: 150 }, (_, index) => alert(`خبر ${index}`, { body }));
  for (const version of versions) await live.log.append(version);
  const messages = await witness.until(151);
  const [late] = await (await live.listen(`cursor=${messages[0]?.cursor}`)).until(1);
  expect(late).toMatchObject({ recovered: false });
  expect(versionsIn([late!])).toEqual(versions.slice(-20).map(nameOf));
  const [later] = await (await live.listen(`cursor=${messages[100]?.cursor}`)).until(1);
  expect(later).toMatchObject({ recovered: true });
  expect(versionsIn([later!])).toEqual(versions.slice(100).map(nameOf));
});

test('a cursor of another epoch is answered with the current alerts', async () => {
  const one = alert('الأول');
  const witness = await live.listen('');
  await live.log.append(one);
  await witness.until(2);
  const line = await live.listen('cursor=other:1');
  expect((await line.until(1))[0]).toMatchObject({ recovered: false, alerts: [{ id: one.id }] });
});

test('readers who come while versions go out have neither a gap nor anything twice', async () => {
  const expected: string[] = [];
  const lines = await Promise.all(Array.from({ length: 60 }, () => live.listen()));
  const newcomers: ReturnType<typeof live.listen>[] = [];
  for (let i = 0; i < 10; i++) {
    const versions = Array.from({ length: 5 }, (_, index) => alert(`خبر ${i} ${index}`));
    expected.push(...versions.map(nameOf));
    newcomers.push(...Array.from({ length: 5 }, () => live.listen('cursor=')));
    await Promise.all(versions.map((version) => live.log.append(version)));
  }
  const witness = versionsIn(await lines[0]!.until(51));
  expect(witness.toSorted()).toEqual(expected.toSorted());
  for (const line of lines) expect(versionsIn(await line.until(51))).toEqual(witness);
  for (const line of await Promise.all(newcomers)) {
    const [hello] = await line.until(1);
    const offset = Number(hello?.cursor.split(':')[1]);
    expect(versionsIn((await line.until(51 - offset)).slice(1))).toEqual(witness.slice(offset));
  }
});

test('the estimate counts who would get an alert', async () => {
  await live.listen('topics=world,sport&lang=ar');
  await live.listen('topics=sport,world&lang=ar-EG');
  await live.listen('urgency=flash');
  await live.listen('lang=en');
  const reached = (topic: string, urgency: 'flash' | 'urgent', lang: string): number =>
    countReached(live.gateway.groupSizes(), { topics: [topic], urgency, lang });
  expect(reached('world', 'urgent', 'ar')).toBe(2);
  expect(reached('world', 'flash', 'en')).toBe(2);
  expect(reached('economy', 'flash', 'ar')).toBe(1);
  expect(await live.metric('ajil_live_connections')).toBe(4);
});

test('server-sent events carry the same, resume by Last-Event-ID and need no chunks', async () => {
  const witness = await live.listen('');
  await live.log.append(alert('الأول'));
  const cursor = (await witness.until(2))[1]?.cursor ?? '';
  const missed = alert('الثاني');
  await live.log.append(missed);
  const expected = (await witness.until(3))[2]?.cursor;
  const abort = new AbortController();
  const response = await fetch(`http://127.0.0.1:${live.port}/v1/live`, {
    headers: { Accept: 'text/event-stream', 'Last-Event-ID': cursor },
    signal: abort.signal,
  });
  expect(response.headers.get('transfer-encoding')).toBeNull();
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  const last = alert('الثالث');
  await live.log.append(last);
  let text = '';
  for await (const part of response.body!.pipeThrough(new TextDecoderStream())) {
    text += part;
    if (text.includes(last.id) && text.endsWith('\n\n')) break;
  }
  abort.abort();
  const events = text.split('\n\n').filter((event) => event !== '' && !event.startsWith(':'));
  expect(events[0]).toMatch(
    new RegExp(`^retry: \\d+\\nid: ${expected}\\ndata: \\{"type":"hello".*"recovered":true`),
  );
  expect(events[0]).toContain(missed.id);
  expect(events[1]).toMatch(/^id: .+\ndata: \{"type":"alert"/);
  expect(events).toHaveLength(2);
});

test('a page of ours may open the line by any name that it was reached by; other sites may not', async () => {
  const own = await live.listen('', { origin: `http://127.0.0.1:${live.port}` });
  await own.until(1);
  own.socket.terminate();
  for (const origin of [
    `http://127.0.0.1:${live.port + 1}`,
    'http://localhost.evil.example',
    'null',
    'chrome-extension://x',
  ]) {
    await expect(live.listen('', { origin })).rejects.toThrow('403');
  }
});
