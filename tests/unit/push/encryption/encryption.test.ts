import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { beforeAll, describe, expect, test } from 'vitest';
import { createLogger } from '../../../../src/ops/logger.ts';
import { openEncryptor } from '../../../../src/push/encryption/encryptor.ts';
import { MAX_PLAINTEXT } from '../../../../src/push/encryption/job.ts';
import { loadNativeEncryption } from '../../../../src/push/encryption/native.ts';
import { proveEncryption } from '../../../../src/push/encryption/proof.ts';
import { isP256Point } from '../../../../src/push/vapid/p256.ts';
import { createReceiver } from '../../../support/web-push-oracle.ts';

const project = new URL('../../../..', import.meta.url).pathname;
const addon = join(project, 'build/push-crypto.node');
const logger = createLogger({ level: 'silent', role: 'test' });
const bytes = (text: string): Buffer => Buffer.from(text, 'base64url');

const temporary = (name: string): string => join(mkdtempSync(join(tmpdir(), 'ajil-addon-')), name);
const build = (...args: string[]) =>
  execFileSync(process.execPath, [join(project, 'scripts/build-native.mjs'), ...args]);

beforeAll(() => {
  build();
});

test('the example of RFC 8291, Appendix A, comes out of the addon byte for byte', ({ skip }) => {
  const example = temporary('example.node');
  build('--source', join(project, 'tests/support/fixtures/rfc8291-addon.c'), '--target', example);
  if (!existsSync(example)) skip('no C compiler or no headers on this machine');
  const target = {
    p256dh: bytes('BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4'),
    auth: bytes('BTBZMqHH6r4Tts7J_aSIgg'),
  };
  const payload = Buffer.from('When I grow up, I want to be a watermelon');
  const { encrypt, arm } = loadNativeEncryption(example);
  const [keying] = arm([target]);
  const [body] = encrypt([{ target, payload }]);
  const [armed] = encrypt([{ target: { ...target, keying }, payload }]);
  expect(armed).toEqual(body);
  expect(body?.toString('base64url')).toBe(
    'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN',
  );
});

describe.each(['native', 'portable'] as const)('the %s encryption', (kind) => {
  const open = () => openEncryptor({ logger, addonPath: kind === 'native' ? addon : null });

  test('is the one that is opened', ({ skip }) => {
    if (kind === 'native' && !existsSync(addon)) skip('no C compiler or no headers on this machine');
    expect(open().kind).toBe(kind);
  });

  test('makes bodies that a browser decrypts, of any length', () => {
    const { encrypt } = open();
    const receivers = Array.from({ length: 20 }, createReceiver);
    const jobs = receivers.map((target, index) => ({
      target,
      payload: randomBytes(index === 0 ? 0 : index === 1 ? MAX_PLAINTEXT : index * 131),
    }));
    const bodies = encrypt(jobs);
    for (const [index, { target, payload }] of jobs.entries()) {
      const body = bodies[index] as Buffer;
      expect(body).toHaveLength(payload.length + 103);
      expect(target.decrypt(body).equals(payload)).toBe(true);
    }
  });

  test('never uses a key pair or a salt twice', () => {
    const { encrypt } = open();
    const target = createReceiver();
    const job = { target, payload: Buffer.from('same') };
    const seen = new Set<string>();
    for (let call = 0; call < 40; call++) {
      for (const body of encrypt(Array.from({ length: 32 }, () => job))) {
        seen.add(body?.toString('latin1', 0, 16) ?? '');
        seen.add(body?.toString('latin1', 21, 86) ?? '');
      }
    }
    expect(seen.size).toBe(40 * 32 * 2);
  });

  test('refuses alone what cannot be encrypted, and serves its neighbours', () => {
    const { encrypt } = open();
    const good = createReceiver();
    const payload = Buffer.from('عاجل');
    const offCurve = Buffer.from(good.p256dh);
    offCurve[64] = (offCurve[64] ?? 0) ^ 1;
    const infinity = Buffer.alloc(65);
    const compressed = Buffer.from(good.p256dh);
    compressed[0] = 6; // the hybrid form of SEC 1, which RFC 8291 does not allow
    const bad = [offCurve, infinity, compressed, good.p256dh.subarray(0, 64), Buffer.alloc(0)];
    const jobs = [
      { target: good, payload },
      ...bad.map((p256dh) => ({ target: { p256dh, auth: good.auth }, payload })),
      { target: { ...good, auth: good.auth.subarray(1) }, payload },
      { target: good, payload: Buffer.alloc(MAX_PLAINTEXT + 1) },
      { target: good, payload },
    ];
    const bodies = encrypt(jobs);
    expect(bodies.map((body) => body !== undefined)).toEqual([true, ...Array(7).fill(false), true]);
    for (const body of [bodies[0], bodies.at(-1)]) {
      expect(good.decrypt(body as Buffer).toString()).toBe('عاجل');
    }
  });

  test('survives random keys, and agrees with the check that subscriptions pass', () => {
    const { encrypt } = open();
    const keys = Array.from({ length: 300 }, (_, index) => {
      const key = randomBytes(65);
      key[0] = 4;
      if (index % 3 === 0) createReceiver().p256dh.copy(key);
      if (index % 7 === 0) key.fill(0xff, 1, 33); // a coordinate above the field's prime
      return key;
    });
    const jobs = keys.map((p256dh) => ({
      target: { p256dh, auth: randomBytes(16) },
      payload: randomBytes(9),
    }));
    const made = jobs.flatMap((job) => encrypt([job])).map((body) => body !== undefined);
    expect(made).toEqual(keys.map((key) => isP256Point(key)));
    expect(made.filter(Boolean).length).toBeGreaterThan(50);
  });

  test('takes no jobs, and more jobs than a chunk', () => {
    const { encrypt } = open();
    const target = createReceiver();
    expect(encrypt([])).toEqual([]);
    const bodies = encrypt(Array.from({ length: 200 }, () => ({ target, payload: Buffer.from('x') })));
    expect(bodies.every((body) => body !== undefined && target.decrypt(body).toString() === 'x')).toBe(true);
  });
});

test('without an addon, or with a broken one, messages are encrypted all the same', () => {
  const broken = temporary('push-crypto.node');
  writeFileSync(broken, 'not a shared object');
  for (const addonPath of [broken, `${broken}.missing`]) {
    const encryptor = openEncryptor({ logger, addonPath });
    expect(encryptor.kind).toBe('portable');
    const target = createReceiver();
    const [body] = encryptor.encrypt([{ target, payload: Buffer.from('still') }]);
    expect(target.decrypt(body as Buffer).toString()).toBe('still');
  }
});

// Each of these does what the addon does, and breaks one thing: of the bodies that it fills, or of the keyings.
test.for([
  ['encrypt', 'writes nothing of use', 'bodies.fill(65)', 'does not tell a point from none'],
  ['encrypt', 'refuses nobody', 'bodies[at(1) + 20] = 65', 'does not tell a point from none'],
  ['encrypt', 'uses a salt and a key pair twice', 'bodies.copy(bodies, at(2), 0, at(1))', 'twice'],
  ['encrypt', 'garbles a text', 'bodies[at(2) + 90] ^= 1', 'authenticate'],
  ['encrypt', 'uses a keying twice', 'bodies.copy(bodies, at(3), at(2), at(3))', 'twice'],
  ['encrypt', 'announces another record size', 'bodies[at(2) + 18] = 0x20', 'another shape'],
  ['arm', 'arms a key that is not on the curve', 'keyings[97] = 4', 'arms what is no point'],
  ['arm', 'arms nobody', 'keyings.fill(0)', 'arms what is no point'],
  ['arm', 'makes a keying for another secret', 'keyings[96] ^= 1', 'authenticate'],
])('an addon whose %s %s is found out and not used', ([broken, , code = '', fault], { skip }) => {
  if (!existsSync(addon)) skip('no C compiler or no headers on this machine');
  const liar = temporary('push-crypto.cjs');
  writeFileSync(
    liar,
    `const addon = require(${JSON.stringify(addon)});
     exports.encrypt = addon.encrypt;
     exports.arm = addon.arm;
     exports.${broken} = (count, input, output) => {
       const [bodies, keyings] = [output, output];
       const at = (index) => (output.length / count) * index;
       addon.${broken}(count, input, output);
       ${code};
     };`,
  );
  const { encrypt, arm } = loadNativeEncryption(liar);
  expect(() => proveEncryption(encrypt, arm)).toThrow(fault);
  expect(openEncryptor({ logger, addonPath: liar }).kind).toBe('portable');
});

test('armed messages are read by their readers, beside messages that are not armed, and no key pair comes twice', ({
  skip,
}) => {
  const { encrypt, arm } = openEncryptor({ logger });
  if (arm === undefined) {
    skip('no C compiler or no headers on this machine');
    return;
  }
  const receivers = Array.from({ length: 40 }, createReceiver);
  const keyings = [...arm(receivers), ...arm(receivers)];
  const jobs = receivers.map((target, index) => ({
    target: index % 2 === 0 ? { ...target, keying: keyings[index] } : target,
    payload: randomBytes(index * 90),
  }));
  const bodies = encrypt(jobs);
  for (const [index, { payload }] of jobs.entries()) {
    expect(receivers[index]?.decrypt(bodies[index] as Buffer)).toEqual(payload);
  }
  expect(new Set(keyings.map((keying) => keying?.toString('hex', 0, 64))).size).toBe(80);
  expect(new Set(bodies.map((body) => body?.toString('hex', 21, 86))).size).toBe(40);
});

test('what cannot be armed gets no keying, and a keying of a wrong length no body', ({ skip }) => {
  const { encrypt, arm } = openEncryptor({ logger });
  if (arm === undefined) {
    skip('no C compiler or no headers on this machine');
    return;
  }
  const target = createReceiver();
  const wrong = [
    { ...target, p256dh: target.p256dh.subarray(1) },
    { ...target, auth: target.auth.subarray(1) },
    { ...target, p256dh: Buffer.alloc(65, 4) },
  ];
  expect(arm([...wrong, target]).map((keying) => keying?.length)).toEqual([
    undefined,
    undefined,
    undefined,
    96,
  ]);
  const short = { ...target, keying: randomBytes(95) };
  expect(encrypt([{ target: short, payload: Buffer.from('x') }])).toEqual([undefined]);
});

test('an addon that fails after its proof gives way to web-push', ({ skip }) => {
  if (!existsSync(addon)) skip('no C compiler or no headers on this machine');
  const failing = temporary('push-crypto.cjs');
  writeFileSync(
    failing,
    `const { encrypt, arm } = require(${JSON.stringify(addon)});
     exports.arm = arm;
     let calls = 0;
     exports.encrypt = (...args) => {
       if (++calls > 1) throw new Error('OpenSSL failed');
       encrypt(...args);
     };`,
  );
  const encryptor = openEncryptor({ logger, addonPath: failing });
  expect(encryptor.kind).toBe('native');
  const target = createReceiver();
  const offCurve = { ...target, p256dh: Buffer.alloc(65, 4) };
  const jobs = [target, offCurve].map((target) => ({ target, payload: Buffer.from('still') }));
  for (let call = 0; call < 2; call++) {
    const [body, none] = encryptor.encrypt(jobs);
    expect(target.decrypt(body as Buffer).toString()).toBe('still');
    expect(none).toBeUndefined();
  }
});
