import { describe, expect, test } from 'vitest';
import { createEndpointPolicy } from '../../../../src/push/endpoint/endpoint-policy.ts';
import { createPublicLookup, isPublicAddress } from '../../../../src/push/endpoint/public-address.ts';

const policy = createEndpointPolicy({ extraOrigins: ['https://127.0.0.1:8443', 'https://localhost:9443'] });

test.each([
  ['https://fcm.googleapis.com/fcm/send/abc:def?x=1', 'fcm'],
  ['https://jmt17.google.com/fcm/send/abc', 'fcm'],
  ['https://updates.push.services.mozilla.com/wpush/v2/gAAA', 'mozilla'],
  ['https://web.push.apple.com/QGuQ', 'apple'],
  ['https://eu.web.push.apple.com/QGuQ', 'apple', true],
  ['https://wns2-par02p.notify.windows.com/w/?token=BQ', 'wns', true],
  ['https://fcm.googleapis.com/wp/%2Fa%2b;b=1,2!$(x)*@', 'fcm'],
  ['https://a-1.b2.push.apple.com/QGuQ', 'apple', true],
  ['https://127.0.0.1:8443/push/1', 'other'],
])('%s belongs to %s', (endpoint, provider, regional = false) => {
  const url = new URL(endpoint);
  expect(policy.check(endpoint)).toEqual({
    ok: true,
    origin: url.origin,
    path: url.pathname + url.search,
    provider,
    regional,
  });
});

test.each([
  'https://127.0.0.1/',
  'https://127.0.0.1:8444/',
  'https://[::1]/',
  'https://[::ffff:127.0.0.1]:8443/',
  'https://2130706433/',
  'https://0x7f.1/',
  'https://fcm.googleapis.com.evil.example/',
  'https://fcm.googleapis.com@evil.example/',
  'https://evil.example/fcm.googleapis.com',
  'https://evil.example#fcm.googleapis.com',
  'https://evil.example\\@fcm.googleapis.com/',
  'https://evilnotify.windows.com/',
  'https://notify.windows.com/',
  'https://push.apple.com/',
  'https://x.fcm.googleapis.com/',
  'https://fcm.googleapis.com./fcm/send/a',
  'http://fcm.googleapis.com/fcm/send/abc',
  'http://127.0.0.1:8443/',
  'ftp://fcm.googleapis.com/',
  'https://user@fcm.googleapis.com/',
  'https://user:secret@127.0.0.1:8443/',
  'https://fcm.googleapis.com:8443/',
  'https://fcm.googleapis.com/a#b',
  'https://fcm.googleapis.com/a b',
  'https://fcm.googleapis.com/a\u0000b',
  'https://fcm.googleapis.com/a\u007f',
  'https://fcm.googleapis.com/fcm/send/\u00e9',
  'https://fcm.googleapis.com/fcm/send/\u0627',
  'https://fcm.googleapis.com/?\ud83d',
  'https://\uff46cm.googleapis.com/fcm/send/a',
  'https://fcm.goo\ngleapis.com/a',
  'https://localhost/',
  'https://metadata.google.internal/',
  'javascript:alert(1)',
  '//fcm.googleapis.com/',
  '',
  `https://fcm.googleapis.com/${'a'.repeat(2048)}`,
])('a stranger’s endpoint is refused: %s', (endpoint) => {
  expect(policy.check(endpoint)).toMatchObject({ ok: false, gone: false });
});

describe('another text of a URL than its canonical one is refused, in whatever part it differs', () => {
  const strange = [
    ...['\\@evil.example/', '\\:80@evil.example/', '\\.evil.example/', '\\fcm\\send\\a'].map(
      (rest) => `https://fcm.googleapis.com${rest}`,
    ),
    ...[
      'https:',
      'https:/',
      'https:///',
      'https://////',
      'https:\\\\',
      'https:/\\',
      'HTTPS://',
      ' https://',
    ].map((start) => `${start}fcm.googleapis.com/fcm/send/a`),
    ...[
      'fcm%2egoogleapis.com',
      '%66cm.googleapis.com',
      'x.push%2eapple.com',
      '@fcm.googleapis.com',
      ':@fcm.googleapis.com',
      'fcm.googleapis.com:443',
      'fcm.googleapis.com:',
      'fcm.googleapis.com:00443',
      'FCM.googleapis.com',
      '127.1:8443',
      '2130706433:8443',
      'LOCALHOST:9443',
    ].map((host) => `https://${host}/fcm/send/a`),
    ...[
      '/./a',
      '/x/../a',
      '/%2e/a',
      '/%2e%2e/a',
      '/a/..',
      '',
      '?a',
      '/a?',
      '/a#',
      '/a"',
      '/a<',
      '/a{}',
      '/a`',
      '/a|b',
      '/a^b',
      '/a[b]',
      '/a?{b}',
      '/a?b`',
      '/a?b|c',
      "/a?b'c",
      '/a?b\\c',
      '/a%',
      '/a%zz',
    ].map((path) => `https://fcm.googleapis.com${path}`),
    ...[
      '',
      'a.',
      '*',
      '_x',
      '-a',
      'a-',
      '-a-',
      '!$&\'()*+,;=~`{}"',
      'a'.repeat(64),
      Array.from({ length: 100 }, () => 'abc').join('.'),
    ].map((region) => `https://${region}.push.apple.com/QGuQ`),
    'https://a..notify.windows.com/w/?token=BQ',
    'https://push.apple.com./QGuQ',
  ];
  test.each(strange)('%s', (endpoint) => {
    // Once an origin is known, the policy looks at the path alone.
    policy.check('https://fcm.googleapis.com/fcm/send/a');
    expect(policy.check(endpoint)).toMatchObject({ ok: false, gone: false });
  });
});

test('what Chrome gives for a removed subscription counts as gone', () => {
  expect(policy.check('https://permanently-removed.invalid/fcm/send/x')).toMatchObject({
    ok: false,
    gone: true,
  });
});

test('without extra origins nothing local is a push service', () => {
  const strict = createEndpointPolicy({ extraOrigins: [] });
  expect(strict.check('https://127.0.0.1:8443/push/1').ok).toBe(false);
});

describe('addresses', () => {
  test.each(['8.8.8.8', '142.250.1.95', '172.15.0.1', '172.32.0.1', '2607:f8b0:4004::5f', '2a00:1450::1'])(
    '%s is public',
    (address) => expect(isPublicAddress(address)).toBe(true),
  );
  test.each(
    `0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 127.255.255.255 169.254.169.254 172.16.0.1 172.31.255.255 192.168.1.1
     192.0.0.8 192.0.2.1 198.18.0.1 198.51.100.7 203.0.113.9 224.0.0.1 240.0.0.1 255.255.255.255
     :: ::1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 fe80::1 fc00::1 fd12::1 ff02::1 64:ff9b::7f00:1 2001:db8::1 2001::1
     2002:7f00:1::1 3fff::1 100::1`.split(/\s+/),
  )('%s is not', (address) => expect(isPublicAddress(address)).toBe(false));
});

describe('the lookup', () => {
  const resolveTo =
    (...found: string[]): Parameters<typeof createPublicLookup>[1] =>
    (_name, _options, done) =>
      done(
        null,
        found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
  const ask = (lookup: ReturnType<typeof createPublicLookup>, name: string, all: boolean) =>
    new Promise<unknown>((resolve) => {
      lookup(name, { all }, (error, address, family) =>
        resolve(error === null ? [address, family] : error.code),
      );
    });

  test('gives only the public ones of a name’s addresses', async () => {
    const lookup = createPublicLookup(new Set(), resolveTo('10.0.0.1', '::1', '8.8.8.8', '2a00:1450::1'));
    expect(await ask(lookup, 'fcm.googleapis.com', false)).toEqual(['8.8.8.8', 4]);
    expect(await ask(lookup, 'fcm.googleapis.com', true)).toEqual([
      [
        { address: '8.8.8.8', family: 4 },
        { address: '2a00:1450::1', family: 6 },
      ],
      undefined,
    ]);
  });

  test('fails for a name that leads into our own network', async () => {
    const lookup = createPublicLookup(new Set(['localhost']), resolveTo('127.0.0.1'));
    expect(await ask(lookup, 'x.push.apple.com', false)).toBe('ENOTPUBLIC');
    expect(await ask(lookup, 'x.push.apple.com', true)).toBe('ENOTPUBLIC');
  });

  test('lets an extra origin’s host be local', async () => {
    const lookup = createPublicLookup(new Set(['localhost']), resolveTo('127.0.0.1'));
    expect(await ask(lookup, 'localhost', false)).toEqual(['127.0.0.1', 4]);
  });

  test('passes on that a name does not exist', async () => {
    const error = Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
    const lookup = createPublicLookup(new Set(), (_name, _options, done) => done(error, []));
    expect(await ask(lookup, 'fcm.googleapis.com', false)).toBe('ENOTFOUND');
  });
});

test('an endpoint of a known origin is judged as if it were the first', () => {
  const paths = [
    '/fcm/send/abc:APA91b-x_y',
    '/wpush/v2/gAAAA%2Bx==?a=1&b=2',
    '/a.b/c',
    '/a/../b',
    '/./a',
    '/a/..',
    '/%2e%2e/a',
    '/a#b',
    '/a b',
    '/a\\b',
    '/\u0627',
    '/a\tb',
    '//evil.example/x',
    '/@evil.example',
    '',
    '?x',
    ':8443/x',
    '.evil.example/x',
    '@evil.example/x',
    '\\@evil.example/x',
    `/${'a'.repeat(2048)}`,
  ];
  const seasoned = createEndpointPolicy({ extraOrigins: [] });
  for (const host of [
    'https://fcm.googleapis.com',
    'https://a.push.apple.com',
    'HTTPS://FCM.googleapis.com',
  ]) {
    seasoned.check(`${host}/first`);
    for (const path of paths) {
      const fresh = createEndpointPolicy({ extraOrigins: [] }).check(host + path);
      expect([host + path, seasoned.check(host + path)]).toEqual([host + path, fresh]);
    }
  }
});
