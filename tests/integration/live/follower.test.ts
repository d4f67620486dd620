import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { Alert } from '../../../src/alerts/schema.ts';
import type { Redis } from '../../../src/redis/connect.ts';
import { keys } from '../../../src/redis/keys.ts';
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

const patience = { timeout: 15_000 };
const epochOf = (cursor: string | undefined): string => cursor?.split(':')[0] ?? '';

async function hello(query: string) {
  const line = await live.listen(query);
  const [message] = await line.until(1);
  if (message?.type !== 'hello') throw new Error('no hello');
  return { line, message };
}

/** Writes an entry past the log's own door. In a transaction the gateway sees nothing in between. */
const write = (transaction: ReturnType<Redis['multi']>, offset: number, version: Alert) =>
  transaction.xadd(keys.liveLog, `${offset}-0`, 'alert', JSON.stringify(version));

test('a crash of Redis leaves no gap, and the connections stay', async () => {
  const line = await live.listen();
  const before = alert('قبل');
  await live.log.append(before);
  await line.until(2);
  await redis.kill();
  await vi.waitFor(() => expect(live.gateway.ready()).toBe(false), patience);
  await redis.restart();
  const after = alert('بعد');
  await live.log.append(after);
  const messages = await line.until(3);
  expect(versionsIn(messages)).toEqual([nameOf(before), nameOf(after)]);
  expect(new Set(messages.map(({ cursor }) => epochOf(cursor))).size).toBe(1);
  await vi.waitFor(() => expect(live.gateway.ready()).toBe(true), patience);
  const again = await hello(`cursor=${messages[1]?.cursor}`);
  expect(again.message.recovered).toBe(true);
  expect(versionsIn([again.message])).toEqual([nameOf(after)]);
});

test('a Redis that hangs makes the gateway unready; it catches up when Redis goes on', async () => {
  const line = await live.listen();
  expect(live.gateway.ready()).toBe(true);
  redis.signal('SIGSTOP');
  await vi.waitFor(() => expect(live.gateway.ready()).toBe(false), patience);
  const missed = alert('أثناء التوقف');
  redis.signal('SIGCONT');
  await live.log.append(missed);
  expect(versionsIn(await line.until(2))).toEqual([nameOf(missed)]);
  await vi.waitFor(() => expect(live.gateway.ready()).toBe(true), patience);
});

test('a wiped Redis is a new epoch: everybody starts over', async () => {
  const line = await live.listen();
  await live.log.append(alert('قديم'));
  const cursor = (await line.until(2))[1]?.cursor;
  await live.writer.flushall();
  expect(await line.closed).toBe(1012);
  const again = await hello(`cursor=${cursor}`);
  expect(again.message).toMatchObject({ recovered: false, alerts: [] });
  expect(epochOf(again.message.cursor)).not.toBe(epochOf(cursor));
  const fresh = alert('جديد');
  await live.log.append(fresh);
  expect(versionsIn(await again.line.until(2))).toEqual([nameOf(fresh)]);
});

test('a version comes never after a newer one of the same alert', async () => {
  const line = await live.listen();
  const wrong = alert('خمسة قتلى');
  const corrected = nextVersion(wrong, { headline: 'لا قتلى' });
  expect(await live.log.append(corrected)).toMatchObject({ appended: true });
  // As when its worker died, and its job comes back.
  expect(await live.log.append(wrong)).toMatchObject({ appended: false });
  const other = alert('خبر آخر');
  await live.log.append(other);
  expect(versionsIn(await line.until(3))).toEqual([nameOf(corrected), nameOf(other)]);
  expect((await hello('')).message.alerts).toMatchObject([{ version: 2 }, { id: other.id }]);
});

test('a log whose stream is gone takes a version again and has a new epoch', async () => {
  const line = await live.listen();
  const first = alert('الأول');
  await live.log.append(first);
  await live.log.append(alert('الثاني'));
  const cursor = (await line.until(3))[1]?.cursor;
  await live.writer.del(keys.liveLog);
  // Its marker says that the log has it.
  expect(await live.log.append(first)).toMatchObject({ appended: true });
  expect(await live.log.append(first)).toMatchObject({ appended: false });
  expect(await line.closed).toBe(1012);
  const again = await hello(`cursor=${cursor}`);
  expect(again.message).toMatchObject({ recovered: false, alerts: [{ id: first.id }] });
  expect(epochOf(again.message.cursor)).not.toBe(epochOf(cursor));
});

test('a log that lost its end and grew past it again is noticed', async () => {
  const line = await live.listen();
  const kept = alert('باقٍ');
  await live.log.append(kept);
  await live.log.append(alert('ضائع'));
  const cursor = (await line.until(3))[2]?.cursor;
  const transaction = live.writer.multi().del(keys.liveLog);
  for (const [index, version] of [kept, alert('بديل'), alert('بعده')].entries())
    write(transaction, index + 1, version);
  await transaction.exec();
  expect(await line.closed).toBe(1012);
  const again = await hello(`cursor=${cursor}`);
  expect(again.message.recovered).toBe(false);
  expect(epochOf(again.message.cursor)).not.toBe(epochOf(cursor));
});

test('a log that was trimmed past what the gateway has read is noticed', async () => {
  const line = await live.listen();
  await live.log.append(alert('الأول'));
  const cursor = (await line.until(2))[1]?.cursor;
  const versions = [2, 3, 4, 5, 6].map((offset) => alert(`خبر ${offset}`));
  const transaction = live.writer.multi();
  for (const [index, version] of versions.entries()) write(transaction, index + 2, version);
  await transaction.xtrim(keys.liveLog, 'MINID', '5-0').exec();
  expect(await line.closed).toBe(1012);
  expect((await hello(`cursor=${cursor}`)).message).toMatchObject({ recovered: false });
  const inside = await hello(`cursor=${epochOf(cursor)}:4`);
  expect(inside.message.recovered).toBe(true);
  expect(versionsIn([inside.message])).toEqual(versions.slice(3).map(nameOf));
});

test('a gateway that starts reads only the end of a long log, and knows what it holds', async () => {
  const total = 2100;
  const transaction = live.writer.multi();
  for (let offset = 1; offset <= total; offset++) write(transaction, offset, alert(`خبر ${offset}`));
  await transaction.exec();
  const other = await startTestGateway({ redis });
  const [newest] = await (await other.listen()).until(1);
  const epoch = epochOf(newest?.cursor);
  expect(newest?.cursor).toBe(`${epoch}:${total}`);
  expect((await (await other.listen(`cursor=${epoch}:${total - 10}`)).until(1))[0]).toMatchObject({
    recovered: true,
    alerts: { length: 10 },
  });
  expect((await (await other.listen(`cursor=${epoch}:99`)).until(1))[0]).toMatchObject({ recovered: false });
  await other.stop();
});

test('two gateways give the same versions in the same order, and take each other’s cursors', async () => {
  const other = await startTestGateway({ redis });
  const [here, there] = [await live.listen(), await other.listen()];
  await Promise.all(
    Array.from({ length: 50 }, (_, index) => [live, other][index % 2]!.log.append(alert(`خبر ${index}`))),
  );
  const messages = await here.until(51);
  // But for the hellos, which tell the time.
  expect((await there.until(51)).slice(1)).toEqual(messages.slice(1));
  const [hello] = await (await other.listen(`cursor=${messages[20]?.cursor}`)).until(1);
  expect(versionsIn([hello!])).toEqual(versionsIn(messages.slice(21)));
  await other.stop();
});

test('a reader who comes from the new log is not greeted with the old one', async () => {
  await live.log.append(alert('قبل المسح'));
  await live.log.append(alert('قبله أيضًا'));
  await live.writer.flushall();
  const after = alert('بعد المسح');
  const { cursor } = await live.log.append(after);
  const { message } = await hello(`cursor=${cursor}`);
  expect(message).toMatchObject({ recovered: true, alerts: [], cursor });
});

test('while Redis is away a reader who is ahead is told to come again, and holds no place', async () => {
  const { cursor } = await live.log.append(alert('آخر ما وصل'));
  const [epoch, offset] = cursor.split(':');
  await redis.kill();
  try {
    const ahead = `http://127.0.0.1:${live.port}/v1/live?cursor=${epoch}:${Number(offset) + 9}`;
    const answer = await fetch(ahead, { headers: { accept: 'text/event-stream' } });
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('5');
    expect(await live.metric('ajil_live_refused_total', { reason: 'behind' })).toBe(1);
    expect(await live.metric('ajil_live_connections')).toBe(0);
  } finally {
    await redis.restart();
    await vi.waitFor(() => expect(live.gateway.ready()).toBe(true), patience);
  }
});
