import { afterEach, beforeEach, expect, test } from 'vitest';
import { keys } from '../../../src/redis/keys.ts';
import { createLogger } from '../../../src/ops/logger.ts';
import { closeRedis, connectRedis, type Redis } from '../../../src/redis/connect.ts';
import {
  anAlertVersion,
  nameOf,
  nextVersion,
  startTestGateway,
  versionsIn,
  type TestGateway,
} from '../../support/gateway.ts';
import {
  askAsProxy,
  gripSignature,
  startPublishEnd,
  type GripAnswer,
  type PublishEnd,
} from '../../support/grip.ts';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';

const KEY = 'a-key-that-only-we-and-our-proxy-know';
const WORLD = 'topics=world';
const logger = createLogger({ level: 'silent', role: 'test' });

let redis: TestRedis;
let commands: Redis;
let proxy: PublishEnd;
let signature: string;
const gateways: TestGateway[] = [];

beforeEach(async () => {
  redis = await startTestRedis();
  commands = connectRedis(redis.url, 'command', logger);
  proxy = await startPublishEnd();
  signature = await gripSignature(KEY);
});

afterEach(async () => {
  await Promise.all(gateways.splice(0).map((gateway) => gateway.stop()));
  proxy.stop();
  await closeRedis(commands);
  await redis.stop();
});

async function startServer(mostFilters = 1000): Promise<TestGateway> {
  const grip = { urls: [proxy.url], key: KEY, token: undefined, mostFilters, redis: commands };
  const gateway = await startTestGateway({ redis, grip });
  gateways.push(gateway);
  return gateway;
}

const ask = (server: TestGateway, query: string, headers: Record<string, string> = {}): Promise<GripAnswer> =>
  askAsProxy(server.port, query, { accept: 'text/event-stream', 'grip-sig': signature, ...headers });

const askOn = (server: TestGateway, query: string, last: string): Promise<GripAnswer> =>
  askAsProxy(server.port, query, { 'grip-sig': signature, 'grip-last': last });

test('a proxy gets the hello and holds the line, and is sent each version that the line wants, after its place', async () => {
  const server = await startServer();
  const standing = anAlertVersion('قائم');
  await server.log.append(standing);
  await expect.poll(async () => (await ask(server, WORLD)).messages[0]).toMatchObject({ alerts: [standing] });
  const line = await ask(server, `${WORLD}&urgency=urgent`);
  expect(line).toMatchObject({ status: 200, isWhole: true });
  expect(line.headers).toMatchObject({
    'content-type': 'text/event-stream',
    'grip-hold': 'stream',
    'grip-link': '</v1/live?urgency=urgent&topics=world>; rel=next; timeout=120',
    'grip-keep-alive': ': beat\\n\\n; format=cstring; timeout=25',
  });
  const quiet = anAlertVersion('هادئ', { urgency: 'normal' });
  const loud = anAlertVersion('عاجل');
  for (const alert of [quiet, loud]) await server.log.append(alert);
  await proxy.until(3);
  const sent = proxy.items.filter(({ channel }) => channel === line.channel?.name);
  expect(sent).toHaveLength(1);
  expect(sent[0]).toMatchObject({ 'prev-id': line.channel?.place });
  expect(versionsIn(proxy.messages())).toEqual([quiet, loud, loud].map(nameOf));
});

test.each([
  ['no signature', () => undefined],
  ['another key', () => gripSignature('another-key-than-that-of-our-proxy')],
  ['a signature of yesterday', () => gripSignature(KEY, Math.floor(Date.now() / 1000) - 3600)],
  ['no JWT', () => 'nonsense'],
])('with %s, a request is a reader’s own, and the server holds its line', async (_, sign) => {
  const server = await startServer();
  const made = await sign();
  const proof: Record<string, string> = made === undefined ? {} : { 'grip-sig': made };
  const accept = { accept: 'text/event-stream', ...proof };
  const line = await askAsProxy(server.port, WORLD, accept);
  expect(line).toMatchObject({ isWhole: false, channel: undefined, messages: [{ type: 'hello' }] });
  expect(line.headers).not.toHaveProperty('grip-hold');
});

test('a line that asks with its place gets what it missed, of each alert the newest, and goes on from there', async () => {
  const server = await startServer();
  const line = await ask(server, WORLD);
  const last = `${line.channel?.name}; last-id=${line.channel?.place}`;
  const [first, other] = [anAlertVersion('الأول'), anAlertVersion('سواه', { topics: ['sport'] })];
  const corrected = nextVersion(first, { headline: 'تصحيح' });
  for (const alert of [first, other, corrected]) await server.log.append(alert);
  await proxy.until(2);
  const asked = await askOn(server, WORLD, last);
  expect(asked).toMatchObject({
    isWhole: true,
    channel: { name: line.channel?.name, place: proxy.items[1]?.id },
  });
  expect(versionsIn(asked.messages)).toEqual([nameOf(corrected)]);
  const again = await askOn(server, WORLD, `${line.channel?.name}; last-id=${asked.channel?.place}`);
  expect(again).toMatchObject({ channel: asked.channel, messages: [] });
});

test('a line whose place is of another log, or of another filter, is ended', async () => {
  const server = await startServer();
  const line = await ask(server, WORLD);
  const name = line.channel?.name;
  for (const last of [
    `${name}; last-id=another:1`,
    `ajil-else; last-id=${line.channel?.place}`,
    'nonsense',
  ]) {
    const ended = await askOn(server, WORLD, last);
    expect(ended).toMatchObject({ status: 200, isWhole: true, channel: undefined, messages: [] });
  }
});

test('a publication that fails is tried again, and the next waits for it', async () => {
  const server = await startServer();
  const line = await ask(server, WORLD);
  proxy.refuse(3);
  const alerts = [anAlertVersion('الأول'), anAlertVersion('الثاني')];
  for (const alert of alerts) await server.log.append(alert);
  await proxy.until(2);
  expect(proxy.refused).toBe(3);
  expect(versionsIn(proxy.messages())).toEqual(alerts.map(nameOf));
  const [first, second] = proxy.items;
  expect(first?.['prev-id']).toBe(line.channel?.place);
  expect(second?.['prev-id']).toBe(first?.id);
  expect(await server.metric('ajil_live_grip_publications_total', { outcome: 'failed' })).toBe(3);
});

test('every server publishes the same, also for lines that another one greeted', async () => {
  const greeter = await startServer();
  await greeter.log.append(anAlertVersion('قبل'));
  const line = await ask(greeter, WORLD);
  const other = await startServer();
  await greeter.log.append(anAlertVersion('بعد'));
  const items = await proxy.until(2);
  expect(items[0]).toEqual(items[1]);
  expect(items[0]).toMatchObject({ channel: line.channel?.name });
  await greeter.stop();
  gateways.splice(gateways.indexOf(greeter), 1);
  const writer = other.log;
  await writer.append(anAlertVersion('بعد رحيله'));
  expect((await proxy.until(3))[2]).toMatchObject({ channel: line.channel?.name, 'prev-id': items[0]?.id });
});

test('a filter for which there is no room is held by the server, through the proxy', async () => {
  const server = await startServer(1);
  expect((await ask(server, WORLD)).channel).toBeDefined();
  const held = await ask(server, 'topics=sport');
  expect(held).toMatchObject({ isWhole: false, channel: undefined });
  expect(await commands.zcard(keys.liveGripFilters)).toBe(1);
  expect((await ask(server, WORLD)).channel).toBeDefined();
});

test('filters that Redis lost are noted again, so that their lines still get every version', async () => {
  const server = await startServer();
  const line = await ask(server, WORLD);
  await commands.del(keys.liveGripFilters);
  await server.log.append(anAlertVersion('خبر'));
  expect((await proxy.until(1))[0]).toMatchObject({
    channel: line.channel?.name,
    'prev-id': line.channel?.place,
  });
  expect(await commands.zcard(keys.liveGripFilters)).toBe(1);
});

test('when the log was replaced, every channel is told', async () => {
  const server = await startServer();
  const line = await ask(server, WORLD);
  await server.log.append(anAlertVersion('قديم'));
  await proxy.until(1);
  await commands.del(keys.liveLog, keys.liveEpoch, keys.liveNewest);
  const [, told] = await proxy.until(2);
  expect(told).toEqual({ channel: line.channel?.name, formats: { 'http-stream': { action: 'close' } } });
});

test('a proxy’s WebSocket is refused: it could not tell that a line missed something', async () => {
  const server = await startServer();
  await expect(server.listen(WORLD, { 'grip-sig': signature })).rejects.toThrow('503');
  await expect(server.listen(WORLD, { 'grip-sig': 'nonsense' })).resolves.toBeDefined();
});
