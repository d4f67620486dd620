import { expect } from 'vitest';
import { isComplete } from '../../support/api-client.ts';
import { test, type Reader } from '../../support/line.ts';

const endpointsOf = (readers: readonly Reader[]): string[] =>
  readers.map(({ subscription }) => subscription.endpoint);
const sum = (outcomes: Readonly<Record<string, number>>): number =>
  Object.values(outcomes).reduce((total, count) => total + count, 0);

test('every reader gets an alert once, encrypted for them, with the headers the push services ask for', async ({
  service,
  stack,
  readers,
}) => {
  const audience = await readers(20);
  const fields = {
    headline: 'قمة طارئة في جاكرتا',
    body: 'يجتمع القادة الليلة.',
    url: 'https://news.example/1',
  };
  const alert = await stack.api.createAlert({ ...fields, urgency: 'flash' });
  const report = await stack.api.waitForReport(alert.id, isComplete);
  expect(report).toMatchObject({ audience: 20, outcomes: { accepted: 20, pending: 0 } });
  expect(report.timing.withinTwoMinutes).toBe(1);
  expect(report.curve.at(-1)?.[1]).toBe(20);

  const collapseKeys = new Set<string>();
  for (const endpoint of endpointsOf(audience)) {
    const [message, ...more] = await service.received(endpoint);
    expect(more).toEqual([]);
    expect(JSON.parse(message?.payload ?? '')).toMatchObject({
      web_push: 8030,
      notification: { title: fields.headline, lang: 'ar', dir: 'rtl', tag: alert.id, data: { id: alert.id } },
    });
    expect(message).toMatchObject({ urgency: 'high', collapseKey: expect.stringMatching(/^[\w-]{32}$/) });
    expect(message?.ttl).toBeGreaterThan(3000);
    expect(message?.ttl).toBeLessThanOrEqual(3600);
    collapseKeys.add(message?.collapseKey ?? '');
  }
  expect(collapseKeys.size).toBe(1);
  expect((await service.totals()).refusals).toEqual([]);
});

test.for([404, 410])(
  'a subscription answered with %i is removed, and only that',
  async (status, { service, stack, readers }) => {
    const audience = await readers(12);
    const [gone, ...rest] = audience;
    if (gone === undefined) throw new Error('no readers');
    await service.addFault({
      type: 'answer',
      status,
      where: { endpoints: [gone.subscription.endpoint] },
    });
    const first = await stack.api.createAlert({ headline: 'الأول' });
    const report = await stack.api.waitForReport(first.id, isComplete);
    expect(report).toMatchObject({ audience: 12, outcomes: { accepted: 11, gone: 1 } });
    expect((await stack.api.asReader(gone.id, gone.subscription.keys.auth)).status).toBe(404);
    for (const { id, subscription } of rest) {
      expect((await stack.api.asReader(id, subscription.keys.auth)).status).toBe(200);
    }
    const second = await stack.api.createAlert({ headline: 'الثاني' });
    expect(await stack.api.waitForReport(second.id, isComplete)).toMatchObject({ audience: 11 });
  },
);

test.for(['seconds', 'date'] as const)(
  '429 with Retry-After in %s: waits as long, then delivers',
  async (form, { service, stack, readers }) => {
    const audience = await readers(1);
    await service.addFault({ type: 'answer', status: 429, retryAfter: form, forMs: 2500 });
    const alert = await stack.api.createAlert({ headline: 'مهلة' });
    const report = await stack.api.waitForReport(alert.id, isComplete);
    expect(report).toMatchObject({ audience: 1, outcomes: { accepted: 1 } });
    // A second 429 would mean that it came again before its time.
    expect((await service.totals()).answers).toEqual({ 429: 1, 201: 1 });
    expect(await service.counts(endpointsOf(audience))).toEqual([{ posts: 1, collapsed: 1 }]);
  },
);

test('a 5xx is tried again until it is taken, and the others do not wait for it', async ({
  service,
  stack,
  readers,
}) => {
  const audience = await readers(10);
  const troubled = endpointsOf(audience.slice(0, 3));
  await service.addFault({
    type: 'answer',
    status: 503,
    where: { endpoints: troubled },
    firstAttempts: 2,
  });
  const alert = await stack.api.createAlert({ headline: 'إعادة' });
  const early = await stack.api.waitForReport(alert.id, ({ outcomes }) => outcomes.accepted >= 7);
  expect(sum(early.outcomes)).toBe(10);
  const report = await stack.api.waitForReport(alert.id, isComplete);
  expect(report).toMatchObject({ audience: 10, outcomes: { accepted: 10 } });
  expect((await service.totals()).answers).toEqual({ 503: 6, 201: 10 });
});

test('a connection cut before or after the message was taken loses nobody', async ({
  service,
  stack,
  readers,
}) => {
  const audience = endpointsOf(await readers(10));
  await service.addFault({
    type: 'reset',
    where: { endpoints: audience.slice(0, 1) },
    firstAttempts: 1,
  });
  await service.addFault({
    type: 'reset',
    taken: true,
    where: { endpoints: audience.slice(1, 2) },
    firstAttempts: 1,
  });
  const alert = await stack.api.createAlert({ headline: 'انقطاع' });
  const report = await stack.api.waitForReport(alert.id, isComplete);
  expect(report).toMatchObject({ audience: 10, outcomes: { accepted: 10 } });
  const counts = await service.counts(audience);
  expect(counts.map(({ collapsed }) => collapsed)).toEqual(Array.from(audience, () => 1));
  // The one whose answer was lost must have come twice: nobody could know.
  expect(counts[1]?.posts).toBe(2);
});

test('403 deletes nobody: the fault is ours', async ({ service, stack, readers }) => {
  const audience = await readers(5);
  await service.addFault({ type: 'answer', status: 403, reason: 'BadJwtToken' });
  const alert = await stack.api.createAlert({ headline: 'مرفوض' });
  await expect.poll(async () => (await service.totals()).answers['403'] ?? 0).toBeGreaterThan(0);
  for (const { id, subscription } of audience) {
    expect((await stack.api.asReader(id, subscription.keys.auth)).status).toBe(200);
  }
  const report = await stack.api.waitForReport(alert.id, ({ audience }) => audience === 5);
  expect(report.outcomes).toMatchObject({ pending: 5, gone: 0, accepted: 0 });
});

test('413 and a plain 400 end the delivery, and nothing else', async ({ service, stack, readers }) => {
  const audience = await readers(4);
  const [tooLarge = '', malformed = ''] = endpointsOf(audience);
  await service.addFault({ type: 'answer', status: 413, where: { endpoints: [tooLarge] } });
  await service.addFault({
    type: 'answer',
    status: 400,
    reason: 'BadTtl',
    where: { endpoints: [malformed] },
  });
  const alert = await stack.api.createAlert({ headline: 'كبير' });
  const report = await stack.api.waitForReport(alert.id, isComplete);
  expect(report).toMatchObject({ audience: 4, outcomes: { accepted: 2, rejected: 2, gone: 0 } });
  expect((await service.totals()).answers).toEqual({ 201: 2, 413: 1, 400: 1 });
  for (const { id, subscription } of audience) {
    expect((await stack.api.asReader(id, subscription.keys.auth)).status).toBe(200);
  }
});

test('a push service that speaks only HTTP/1.1, or says GOAWAY every few requests, is served in full', async ({
  service,
  stack,
  readers,
}) => {
  await readers(40);
  await service.setGoAwayAfter(7);
  const first = await stack.api.createAlert({ headline: 'وداعا' });
  const report = await stack.api.waitForReport(first.id, isComplete);
  expect(report).toMatchObject({ audience: 40, outcomes: { accepted: 40 } });
  expect(await service.totals()).toMatchObject({ posts: 40, collapsed: 40 });
  await service.setProtocols('h1');
  await service.cutConnections();
  const second = await stack.api.createAlert({ headline: 'قديم' });
  expect(await stack.api.waitForReport(second.id, isComplete)).toMatchObject({
    outcomes: { accepted: 40 },
  });
  expect(await service.totals()).toMatchObject({ collapsed: 80 });
  expect((await service.totals()).connections.h1).toBeGreaterThan(0);
});
