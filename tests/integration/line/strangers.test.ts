import { expect } from 'vitest';
import { test } from '../../support/line.ts';

const STRANGERS = [
  'https://127.0.0.1/',
  'https://localhost/',
  'https://[::1]/',
  'https://[::ffff:169.254.169.254]/latest/meta-data/',
  'https://2130706433/',
  'https://169.254.169.254/',
  'https://fcm.googleapis.com.evil.example/fcm/send/a',
  'https://evil.example/https://fcm.googleapis.com/',
  'https://evilfcm.googleapis.com/fcm/send/a',
  'https://evil.example#fcm.googleapis.com',
  'http://fcm.googleapis.com/fcm/send/a',
  'https://user:secret@fcm.googleapis.com/fcm/send/a',
  'https://fcm.googleapis.com@evil.example/',
  'https://fcm.googleapis.com:8443/fcm/send/a',
  'https://push.apple.com.evil.example/a',
  'https://evilpush.apple.com/a',
  'https://evilnotify.windows.com/a',
  'ftp://fcm.googleapis.com/a',
  'javascript:alert(1)',
  'not a url',
  'https://fcm.googleapis.com/fcm/send/\u0627',
  `https://fcm.googleapis.com/${'a'.repeat(2048)}`,
];

test('endpoints that are not those of a known push service are refused with 422', async ({
  service,
  stack,
}) => {
  const { keys, endpoint: known } = await service.createSubscription();
  const statuses: Record<string, number> = {};
  for (const endpoint of STRANGERS) {
    const { status } = await stack.api.subscribe({ endpoint, keys });
    if (status !== 422) statuses[endpoint] = status;
  }
  expect(statuses).toEqual({});
  // What tells the refusals from a refusal of everything:
  const { status } = await stack.api.subscribe({ endpoint: 'https://fcm.googleapis.com/fcm/send/a', keys });
  expect([201, 422]).toContain(status);
  expect((await stack.api.subscribe({ endpoint: known, keys })).status).toBe(201);
  const port = new URL(known).port;
  const otherPort = known.replace(port, String(Number(port) === 65_535 ? 1024 : Number(port) + 1));
  expect((await stack.api.subscribe({ endpoint: otherPort, keys })).status).toBe(422);
});

test('a subscription is changed only by who holds its key', async ({ service, stack }) => {
  const subscription = await service.createSubscription();
  const other = await service.createSubscription();
  const { body } = await stack.api.subscribe(subscription);
  const { id } = body as { id: string };
  const stolen = { ...subscription, keys: { ...subscription.keys, auth: other.keys.auth } };
  expect((await stack.api.subscribe(stolen)).status).toBe(409);
  expect((await stack.api.asReader(id, other.keys.auth, 'DELETE')).status).toBe(403);
  expect((await stack.api.asReader(id, subscription.keys.auth)).status).toBe(200);
  expect((await stack.api.asReader(id, subscription.keys.auth, 'DELETE')).status).toBe(204);
  expect((await stack.api.asReader(id, subscription.keys.auth)).status).toBe(404);
});
