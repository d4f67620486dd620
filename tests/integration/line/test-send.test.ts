import { expect } from 'vitest';
import { isComplete } from '../../support/api-client.ts';
import { test } from '../../support/line.ts';

test('a test reaches its editor’s own devices alone; one that is gone is removed and told', async ({
  service,
  stack,
  readers,
}) => {
  const audience = await readers(3);
  const applicationServerKey = stack.vapidPublicKey;
  const made = await service.createSubscriptions(4, { applicationServerKey });
  const [works, gone, refuses, colleagues] = made;
  if (works === undefined || gone === undefined || refuses === undefined) throw new Error('no subscriptions');
  await service.addFault({ type: 'answer', status: 410, where: { endpoints: [gone.endpoint] } });
  await service.addFault({ type: 'answer', status: 400, where: { endpoints: [refuses.endpoint] } });
  for (const [name, subscription] of Object.entries({ works, gone, refuses })) {
    const body = { name, subscription };
    expect((await stack.api.asEditor('/v1/test-devices', { method: 'POST', body })).status).toBe(201);
  }
  const authorization = `Bearer ${await stack.addEditor('سامي', 'author')}`;
  const colleague = { method: 'POST', headers: { authorization }, body: { subscription: colleagues } };
  expect((await stack.api.call('/v1/test-devices', colleague)).status).toBe(201);
  const alert = await stack.api.createAlert({ headline: 'قمة طارئة في جاكرتا', draft: true });
  const sent = await stack.api.asEditor(`/v1/alerts/${alert.id}/test`, { method: 'POST' });
  expect([sent.status, sent.body]).toEqual([202, { devices: 3 }]);

  const outcomes = async (): Promise<unknown> => {
    const { body } = await stack.api.asEditor('/v1/test-devices');
    const { devices, gone } = body as {
      devices: { name: string; lastTest: { outcome: string } | null }[];
      gone: { name: string }[];
    };
    return [devices.map(({ name, lastTest }) => [name, lastTest?.outcome]), gone.map(({ name }) => name)];
  };
  await expect.poll(outcomes).toEqual([
    [
      ['works', 'accepted'],
      ['refuses', 'rejected'],
    ],
    ['gone'],
  ]);
  const { body: report } = await stack.api.asEditor(`/v1/alerts/${alert.id}/report`);
  expect(report).toMatchObject({ audience: 0, outcomes: { accepted: 0, gone: 0, rejected: 0 } });

  // Whatever else the test had set off would be there before an alert that follows.
  const next = await stack.api.createAlert({ headline: 'خبر لكل القرّاء' });
  await stack.api.waitForReport(next.id, isComplete);
  for (const { subscription } of audience) {
    const received = await service.received(subscription.endpoint);
    expect(received.map(({ payload }) => JSON.parse(payload).notification.data.id)).toEqual([next.id]);
  }
  expect(await service.received(colleagues?.endpoint ?? '')).toEqual([]);
  const [message, ...more] = await service.received(works.endpoint);
  expect(more).toEqual([]);
  expect(JSON.parse(message?.payload ?? '').notification).toMatchObject({
    title: 'تجربة: قمة طارئة في جاكرتا',
    data: { test: true },
  });
});
