import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EditorAlert } from '../../../src/alerts/schema.ts';
import { eventOf } from '../../../src/outlets/teller.ts';
import { anAlert, startTestApi, type TestApi } from '../../support/api.ts';
import { freePorts } from '../../support/free-ports.ts';
import { openTestHub, type TestHub } from '../../support/hub.ts';

// One newsroom reads the feed of another: both are Ajil.

let publisher: TestApi;
let reader: TestApi;
let hub: TestHub;

beforeAll(async () => {
  const [port = 0, readersPort = 0] = await freePorts(2);
  const allowedOrigins = [`http://127.0.0.1:${readersPort}`];
  publisher = await startTestApi({
    port,
    hubAllowedOrigins: allowedOrigins,
    hubQueue: { verify: (request) => hub.queue.verify(request) },
  });
  reader = await startTestApi({ port: readersPort, config: { webhookAllowedOrigins: [publisher.url] } });
  hub = openTestHub(publisher, { allowedOrigins, publicUrl: publisher.deps.config.publicUrl });
});
afterAll(async () => {
  await hub.close();
  await reader.close();
  await publisher.close();
});

test.each(['rss', 'atom', 'json'])('our own hub and our subscriber agree: %s', async (format) => {
  const id = `other-${format}`;
  await reader.call('PUT', `/v1/sources/${id}`, {
    key: reader.keys.admin,
    body: {
      type: 'feed',
      url: `${publisher.url}/feeds/world.${format}`,
      mark: null,
      topics: { default: 'world' },
    },
  });
  await reader.feedLooks.lookAtDue();
  await expect.poll(async () => (await hub.store.all()).length, { timeout: 15_000 }).toBe(1);
  const sent = anAlert({ headline: `زلزال يضرب الساحل ${format}` });
  const { body } = await publisher.call('POST', '/v1/alerts', { key: publisher.keys.author, body: sent });
  await hub.queue.announce(eventOf(body as EditorAlert));
  const arrived = async (): Promise<string[]> => {
    const items = await reader.call('GET', `/v1/sources/${id}/items`, { key: reader.keys.author });
    return (items.body.items as { headline: string }[]).map(({ headline }) => headline);
  };
  await expect.poll(arrived, { timeout: 15_000 }).toEqual([sent['headline']]);
  await reader.call('DELETE', `/v1/sources/${id}`, { key: reader.keys.admin });
  await expect.poll(async () => (await hub.store.all()).length, { timeout: 15_000 }).toBe(0);
});
