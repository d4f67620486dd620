import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { afterEach, expect, test } from 'vitest';
import type { Message } from '../../../src/outlets/posts/message.ts';
import { newOutletSchema, type Outlet } from '../../../src/outlets/posts/outlet.ts';
import type { Service } from '../../../src/outlets/posts/service.ts';
import { createServices } from '../../../src/outlets/posts/services.ts';
import { startBluesky } from '../../support/outlets/bluesky.ts';
import type { FakeService } from '../../support/outlets/fake.ts';
import { startMastodon } from '../../support/outlets/mastodon.ts';
import { startSmtp } from '../../support/outlets/smtp.ts';
import { startTelegram } from '../../support/outlets/telegram.ts';

// What one service has and others do not.

let closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.map((close) => close()));
  closing = [];
});

async function using<T extends FakeService>(
  start: () => Promise<T>,
  settings: object = {},
): Promise<{ fake: T; service: Service; change: (more: object) => Service }> {
  const fake = await start();
  closing.push(() => fake.close());
  const serviceOf = createServices({
    allowedOrigins: [fake.origin],
    timeoutMs: 1000,
    now: Date.now,
    ...('ca' in fake ? { ca: String(fake.ca) } : {}),
  });
  const outlet = (more: object): Outlet => ({
    ...newOutletSchema.parse({ name: 'منفذ', ...fake.settings, ...settings, ...more }),
    id: 'out1',
    createdAt: '2026-11-29T00:00:00.000Z',
  });
  return { fake, service: serviceOf(outlet({})), change: (more) => serviceOf(outlet(more)) };
}

const message = (fields: Partial<Message> = {}): Message => ({
  title: 'عاجل: خبر',
  paragraphs: ['تفصيل الخبر'],
  link: 'https://news.example/1',
  lang: 'ar',
  dir: 'rtl',
  isQuiet: false,
  at: '2026-11-29T10:00:00.000Z',
  ...fields,
});
const at = '2026-11-29T10:00:00.000Z';
async function posted(service: Service, key: string, thread: readonly string[] = [], fields = {}) {
  const done = await service.post(message(fields), { key, at, thread });
  if (done.type === 'failed') throw new Error(JSON.stringify(done.fault));
  return done.ref;
}

test('Telegram: a test says what is wrong with the token, the channel and the rights of the bot', async () => {
  const { fake, service, change } = await using(startTelegram);
  expect(await service.check()).toMatchObject({ type: 'done' });
  expect(await change(fake.wrong).check()).toMatchObject({ fault: { reason: 'credentials', status: 401 } });
  expect(await change({ chat: '@elsewhere' }).check()).toMatchObject({ fault: { reason: 'target' } });
  fake.member = { status: 'administrator', can_post_messages: true, can_edit_messages: false };
  expect(await service.check()).toMatchObject({ fault: { reason: 'rights' } });
  fake.member = { status: 'kicked' };
  expect(await service.check()).toMatchObject({ fault: { reason: 'rights' } });
  expect(fake.calls()).toBe(0);
});

test('Telegram: an edit to the same text is done, and a message that somebody deleted is gone', async () => {
  const { fake, service } = await using(startTelegram);
  const ref = await posted(service, 'k1');
  expect(await service.edit(ref, message())).toMatchObject({ type: 'done' });
  fake.removeByHand(0);
  expect(await service.edit(ref, message({ title: 'تصحيح: خبر' }))).toMatchObject({
    fault: { reason: 'gone' },
  });
});

test('where posts can be removed, one that is gone is removed', async () => {
  for (const start of [startTelegram, startMastodon, startBluesky]) {
    const { fake, service } = await using<FakeService>(start);
    const ref = await posted(service, 'k1');
    expect(await fake.shown()).toHaveLength(1);
    for (let times = 1; times <= 2; times++) {
      expect(await service.remove(ref)).toMatchObject({ type: 'done' });
      expect(await fake.shown()).toEqual([]);
    }
  }
});

test('Telegram: a text of another server is no answer of it', async () => {
  const { fake } = await using(startMastodon);
  const serviceOf = createServices({ allowedOrigins: [fake.origin], now: Date.now });
  const settings = {
    type: 'telegram',
    name: 'x',
    chat: '@news',
    token: '123456:AAtesttesttesttesttest',
    server: fake.origin,
  };
  const outlet = { ...newOutletSchema.parse(settings), id: 'out1', createdAt: at };
  expect(await serviceOf(outlet).check()).toMatchObject({ fault: { reason: 'credentials' } });
});

test('Mastodon: a token that may not write is found by the test, before the first alert', async () => {
  const { fake, service, change } = await using(startMastodon);
  expect(await service.check()).toMatchObject({ type: 'done' });
  fake.scopes = ['read'];
  expect(await service.check()).toMatchObject({ fault: { reason: 'rights' } });
  expect(await change(fake.wrong).check()).toMatchObject({ fault: { reason: 'credentials' } });
});

test('Mastodon: a long link counts as the server says, and the text takes the rest', async () => {
  const { fake, service } = await using(startMastodon);
  const link = `https://news.example/${'a'.repeat(300)}`;
  await posted(service, 'k1', [], { link, paragraphs: [Array(60).fill('كلمة').join(' ')] });
  const [status] = await fake.shown();
  const counted = Array.from(status?.text.replace(link, 'x'.repeat(23)) ?? '').length;
  expect(counted).toBeLessThanOrEqual(fake.most);
  expect(counted).toBeGreaterThan(fake.most - 6);
  expect(status?.text).toContain(link);
});

test('Bluesky: the link is marked by its bytes, whole however short it is shown', async () => {
  const { fake, service } = await using(startBluesky);
  const link = `https://news.example/${'a'.repeat(300)}`;
  await posted(service, 'k1', [], { link, paragraphs: [Array(200).fill('كلمة').join(' ')] });
  const [record] = fake.records.values();
  const [facet] = record?.facets ?? [];
  const bytes = Buffer.from(record?.text ?? '').subarray(facet?.index.byteStart, facet?.index.byteEnd);
  expect(bytes.toString('utf8')).toMatch(/^news\.example\/a+…$/);
  expect(facet?.features).toEqual([{ $type: 'app.bsky.richtext.facet#link', uri: link }]);
});

test('Bluesky: an answer names the first and the last post of its thread', async () => {
  const { fake, service } = await using(startBluesky);
  const [first, second] = [await posted(service, 'k1'), await posted(service, 'k2')];
  await posted(service, 'k3', [first, second]);
  const reply = [...fake.records.values()].at(-1)?.reply;
  expect([reply?.root.uri, reply?.parent.uri]).toEqual([first.split(' ')[0], second.split(' ')[0]]);
});

test('Bluesky: one session serves many posts, and one that has ended is opened again', async () => {
  const { fake, service } = await using(startBluesky);
  await posted(service, 'k1');
  await posted(service, 'k2');
  expect(fake.signIns()).toBe(1);
  fake.endSessions();
  await posted(service, 'k3');
  expect([fake.signIns(), fake.records.size]).toEqual([2, 3]);
});

test('e-mail: many recipients do not see each other, and get one message', async () => {
  const to = ['one@news.test', 'two@news.test', 'three@news.test'];
  const { fake, service } = await using(startSmtp, { to });
  await posted(service, 'k1');
  const [mail] = fake.mails();
  expect(mail?.to).toEqual(to);
  for (const address of to) expect(mail?.raw).not.toContain(address);
  expect(mail?.isSecure).toBe(true);
  expect(mail?.from).toBe('alerts@news.test');
});

test('e-mail: text and HTML run from right to left, say their language, and belong to one conversation', async () => {
  const { fake, service } = await using(startSmtp);
  const first = await posted(service, 'k1');
  const second = await posted(service, 'k2', [first]);
  await posted(service, 'k3', [first, second], { title: 'تصحيح: <b>خبر</b>', isQuiet: true });
  const mail = fake.mails()[2];
  const header = (name: string) => mail?.read.headers.find(({ key }) => key === name)?.value;
  expect(mail?.read.subject).toBe('تصحيح: <b>خبر</b>');
  expect(mail?.read.html).toContain('<html lang="ar" dir="rtl">');
  expect(mail?.read.html).toContain('تصحيح: &lt;b&gt;خبر&lt;/b&gt;');
  expect(mail?.read.text).toContain('https://news.example/1');
  expect(mail?.read.from).toMatchObject({ address: 'alerts@news.test', name: 'غرفة الأخبار' });
  expect(header('content-language')).toBe('ar');
  expect(header('auto-submitted')).toBe('auto-generated');
  expect([header('in-reply-to'), header('references')]).toEqual([second, `${first} ${second}`]);
  expect(fake.mails()[0]?.read.messageId).toBe(first);
});

test('e-mail: recipients that the server refuses are said; if all are refused, an admin must look', async () => {
  const { service, change } = await using(startSmtp, { to: ['nobody@news.test', 'one@news.test'] });
  const done = await service.post(message(), { key: 'k1', at, thread: [] });
  expect(done).toMatchObject({ type: 'done', remark: 'some-recipients' });
  const none = change({ to: ['nobody@news.test'] });
  expect(await none.post(message(), { key: 'k2', at, thread: [] })).toMatchObject({
    fault: { reason: 'target' },
  });
});

test('e-mail: nothing is sent and no password is shown to a server without TLS, or with a certificate of nobody', async () => {
  const plain = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onAuth: (_auth, _session, done) => done(new Error('a password came')),
  });
  const seen: string[] = [];
  plain.on('error', (error: Error) => seen.push(error.message));
  plain.listen(0, '127.0.0.1');
  await once(plain.server, 'listening');
  closing.push(() => new Promise<void>((done) => plain.close(() => done())));
  const { port } = plain.server.address() as AddressInfo;
  const { fake, change } = await using(startSmtp);
  const settings = { ...fake.settings, name: 'x', port };
  const origins = [`smtp://127.0.0.1:${port}`, fake.origin];
  const serviceOf = createServices({ allowedOrigins: origins, now: Date.now });
  const outlet = (more: object) => ({
    ...newOutletSchema.parse({ ...settings, ...more }),
    id: 'o',
    createdAt: at,
  });
  expect(await serviceOf(outlet({})).check()).toMatchObject({ fault: { reason: 'no-tls' } });
  // Without the authority that signed it.
  expect(await serviceOf(outlet({ port: fake.port })).check()).toMatchObject({ fault: { reason: 'no-tls' } });
  expect(await change({ password: 'wrong' }).check()).toMatchObject({
    fault: { reason: 'credentials', status: 535 },
  });
  expect(seen).toEqual([]);
});

test('no service is called inside our network, unless the operator allows it', async () => {
  const serviceOf = createServices({ allowedOrigins: [], now: Date.now });
  for (const start of [startTelegram, startMastodon, startBluesky, startSmtp]) {
    const { fake } = await using<FakeService>(start);
    const settings = { name: 'x', ...fake.settings };
    const local =
      fake.type === 'email'
        ? { host: 'localhost' }
        : { server: fake.origin.replace('127.0.0.1', 'localhost') };
    const outlet = { ...newOutletSchema.parse({ ...settings, ...local }), id: 'o', createdAt: at };
    expect(await serviceOf(outlet).check()).toMatchObject({ fault: { reason: 'private-address' } });
    expect(fake.calls()).toBe(0);
  }
});
