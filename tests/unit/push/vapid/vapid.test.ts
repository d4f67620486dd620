import { createECDH } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import webPush from 'web-push';
import { loadConfig } from '../../../../src/config.ts';
import { VapidKeyError } from '../../../../src/push/vapid/parse-vapid-keys.ts';
import { loadVapidKeys } from '../../../../src/push/vapid/vapid-keys.ts';
import { createVapid } from '../../../../src/push/vapid/vapid-headers.ts';
import { readVapid } from '../../../support/web-push-oracle.ts';

const HOUR = 3_600_000;
let dataDir: string;
const fromFile = () => loadVapidKeys({ dataDir, publicKey: undefined, privateKey: undefined });

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'ajil-vapid-'));
});
afterEach(async () => {
  vi.useRealTimers();
  await rm(dataDir, { recursive: true, force: true });
});

describe('keys', () => {
  test('are made once, kept for the owner alone, and found again', async () => {
    const made = await fromFile();
    const found = await fromFile();
    expect(found.publicKey).toBe(made.publicKey);
    expect(found.keyId).toBe(made.keyId);
    expect(found.keyId).toMatch(/^[\w-]{6}$/);
    expect((await stat(join(dataDir, 'vapid.json'))).mode & 0o777).toBe(0o600);
    expect(await readdir(dataDir)).toEqual(['vapid.json']);
  });

  test('are the same for all processes that start at once', async () => {
    const all = await Promise.all(Array.from({ length: 25 }, fromFile));
    expect(new Set(all.map((keys) => keys.publicKey)).size).toBe(1);
    expect(await readdir(dataDir)).toEqual(['vapid.json']);
  });

  test('made by npm web-push are taken from the environment, and no file is made', async () => {
    const { publicKey, privateKey } = webPush.generateVAPIDKeys();
    const keys = await loadVapidKeys({ dataDir, publicKey, privateKey });
    expect(keys.publicKey).toBe(publicKey);
    expect(await readdir(dataDir)).toEqual([]);
  });

  test('that do not belong together are refused, and the message names their source', async () => {
    const [one, other] = [webPush.generateVAPIDKeys(), webPush.generateVAPIDKeys()];
    const keys = { publicKey: one.publicKey, privateKey: other.privateKey };
    await expect(loadVapidKeys({ dataDir, ...keys })).rejects.toThrow(
      'VAPID_PUBLIC_KEY and VAPID_PRIVATE_KEY: the public key does not belong to the private key',
    );
    await writeFile(join(dataDir, 'vapid.json'), JSON.stringify(keys));
    await expect(fromFile()).rejects.toThrow(/vapid\.json: the public key does not belong/);
  });

  test.each(['', '{', 'null', '{}', '{"publicKey":1}', '[]'])(
    'from a broken file %j are refused',
    async (text) => {
      await writeFile(join(dataDir, 'vapid.json'), text);
      await expect(fromFile()).rejects.toThrow(VapidKeyError);
      expect(await readFile(join(dataDir, 'vapid.json'), 'utf8')).toBe(text);
    },
  );

  test.each(['', 'AAAA', '!!', 'A'.repeat(43), Buffer.alloc(32, 255).toString('base64url')])(
    'with the private key %j are refused',
    async (privateKey) => {
      const { publicKey } = webPush.generateVAPIDKeys();
      await expect(loadVapidKeys({ dataDir, publicKey, privateKey })).rejects.toThrow(VapidKeyError);
    },
  );

  test('with leading zeros work', async () => {
    const scalar = Buffer.alloc(32);
    scalar[31] = 7;
    const ecdh = createECDH('prime256v1');
    ecdh.setPrivateKey(scalar);
    const keys = await loadVapidKeys({
      dataDir,
      publicKey: ecdh.getPublicKey('base64url'),
      privateKey: scalar.toString('base64url'),
    });
    const vapid = createVapid({ keys, subject: 'mailto:a@b.example' });
    expect(readVapid(vapid.authorization('https://fcm.googleapis.com')).publicKey).toBe(keys.publicKey);
  });
});

describe('tokens', () => {
  const subject = 'mailto:desk@news.example';
  async function setUp() {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-24T00:00:00.500Z') });
    const keys = await fromFile();
    const vapid = createVapid({ keys, subject });
    return { keys, vapid, now: Date.now, pass: (ms: number) => vi.setSystemTime(Date.now() + ms) };
  }

  test('say who we are to one origin, for twelve hours', async () => {
    const { keys, vapid, now } = await setUp();
    const { claims, publicKey } = readVapid(vapid.authorization('https://fcm.googleapis.com'));
    expect(claims).toEqual({
      aud: 'https://fcm.googleapis.com',
      exp: Math.floor(now() / 1000) + 12 * 3600,
      sub: subject,
    });
    expect(publicKey).toBe(keys.publicKey);
  });

  test.each([
    'mailto:desk@news.example',
    'mailto:أخبار@news.example',
    'https://news.example/contact?of=push',
    'https://[2001:db8::1]:8443/',
  ])('are signed for every subject that the configuration takes: %s', async (VAPID_SUBJECT) => {
    const { subject } = loadConfig({ VAPID_SUBJECT }).vapid;
    const vapid = createVapid({ keys: await fromFile(), subject });
    expect(readVapid(vapid.authorization('https://fcm.googleapis.com')).claims.sub).toBe(VAPID_SUBJECT);
  });

  test('are kept per origin and renewed long before they end, not more than once an hour', async () => {
    const { vapid, now, pass } = await setUp();
    const seen: string[] = [];
    for (let minute = 0; minute < 24 * 60; minute += 10) {
      const header = vapid.authorization('https://web.push.apple.com');
      if (header !== seen.at(-1)) seen.push(header);
      expect(readVapid(header).claims.exp * 1000 - now()).toBeGreaterThan(5 * HOUR);
      pass(600_000);
    }
    expect(seen).toHaveLength(4);
    expect(vapid.authorization('https://fcm.googleapis.com')).not.toBe(seen.at(-1));
  });

  test('of a clock that was set back are renewed: they would be good for too long', async () => {
    const { vapid, now, pass } = await setUp();
    vapid.authorization('https://fcm.googleapis.com');
    pass(-24 * HOUR);
    const { claims } = readVapid(vapid.authorization('https://fcm.googleapis.com'));
    expect(claims.exp * 1000 - now()).toBeLessThanOrEqual(12 * HOUR);
  });

  test('are forgotten for the oldest origins when there are too many', async () => {
    const { vapid, pass } = await setUp();
    const first = vapid.authorization('https://a0.notify.windows.com');
    for (let i = 1; i <= 512; i++) vapid.authorization(`https://a${i}.notify.windows.com`);
    const last = vapid.authorization('https://a512.notify.windows.com');
    pass(1000);
    expect(vapid.authorization('https://a512.notify.windows.com')).toBe(last);
    expect(vapid.authorization('https://a0.notify.windows.com')).not.toBe(first);
  });
});
