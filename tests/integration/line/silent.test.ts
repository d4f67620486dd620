import { expect } from 'vitest';
import { isComplete } from '../../support/api-client.ts';
import { test } from '../../support/line.ts';

const READERS = 400;
const NEW_TEXT = 'النص بعد التحديث';

test('a silent update amid a slow send: each device ends with one notification, old where it had arrived, else new', async ({
  service,
  stack,
  crowd,
}) => {
  const endpoints = (await crowd(READERS)).map(({ endpoint }) => endpoint);
  // Half of them are slow enough that the update finds them waiting.
  await service.addFault({ type: 'latency', ms: 300 });
  await service.addFault({ type: 'answer', status: 503, where: { share: 0.5 }, forMs: 3000 });
  const first = await stack.api.createAlert({ headline: 'النص الأول' });
  await stack.api.waitForReport(first.id, ({ outcomes }) => outcomes.accepted > READERS / 10);
  const body = { change: 'update', silent: true, headline: NEW_TEXT };
  const path = `/v1/alerts/${first.id}`;
  expect((await stack.api.asEditor(`${path}/versions`, { method: 'POST', body })).status).toBe(201);
  const after = await stack.api.waitForReport(first.id, isComplete, 30_000);
  const { body: before } = (await stack.api.asEditor(`${path}/report?version=1`)) as {
    body: typeof after;
  };

  const received = await Promise.all(endpoints.map((endpoint) => service.received(endpoint)));
  const texts = received.map((messages) =>
    messages.map(({ payload }) => String(JSON.parse(payload).notification.title)),
  );
  expect(texts.every((titles) => titles.length === 1)).toBe(true);
  const renewed = texts.filter(([title]) => title === NEW_TEXT).length;
  expect(renewed).toBeGreaterThan(READERS / 4);
  expect(before).toMatchObject({ silent: false, audience: READERS });
  expect(before.outcomes).toMatchObject({ accepted: READERS - renewed, pending: renewed });
  expect(after).toMatchObject({
    silent: true,
    audience: renewed,
    outcomes: { accepted: renewed, pending: 0 },
  });
});
