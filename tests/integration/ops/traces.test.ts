import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { isComplete } from '../../support/api-client.ts';
import { startPushService, type PushService } from '../../support/push-service/start.ts';
import { startStack, type Stack } from '../../support/stack.ts';

interface Span {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly attributes: readonly { readonly key: string; readonly value: object }[];
}

let collector: Server;
const bodies: string[] = [];
let service: PushService;
let stack: Stack;

beforeAll(async () => {
  collector = createServer((request, response) => {
    void text(request).then((body) => {
      bodies.push(body);
      response.setHeader('Content-Type', 'application/json').end('{}');
    });
  });
  await new Promise<void>((listening) => collector.listen(0, '127.0.0.1', listening));
  service = await startPushService();
  stack = await startStack({
    pushServices: [service],
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
      OTEL_BSP_SCHEDULE_DELAY: '100',
    },
  });
});
afterAll(async () => {
  await stack?.stop();
  await service?.stop();
  collector?.close();
});

interface Export {
  readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly Span[] }[] }[];
}

const spans = (): Span[] =>
  bodies
    .flatMap((body) => (JSON.parse(body) as Export).resourceSpans)
    .flatMap(({ scopeSpans }) => scopeSpans)
    .flatMap((scope) => scope.spans);

test('the trace of who posts an alert goes on to the first message, and says nothing about a reader or the news', async () => {
  const readers = await service.createSubscriptions(3, { applicationServerKey: stack.vapidPublicKey });
  await stack.api.subscribeAll(readers);
  // Proven: their messages leave in a batch.
  const { id: first } = await stack.api.createAlert({ headline: 'فتح الجسر الجديد' });
  await stack.api.waitForReport(first, isComplete);
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  const { status } = await stack.api.asEditor('/v1/alerts', {
    method: 'POST',
    body: { headline: 'هزة أرضية خفيفة', lang: 'ar', topics: ['world'] },
    headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-01` },
  });
  expect(status).toBe(201);
  const names = ['POST /v1/alerts', 'fan out', 'send batch', 'send message'];
  await vi.waitFor(
    () => {
      const chain = spans().filter((span) => span.traceId === traceId);
      expect(new Set(chain.map(({ name }) => name))).toEqual(new Set(names));
    },
    { timeout: 15_000, interval: 100 },
  );
  const chain = names.map((name) => spans().find((span) => span.name === name && span.traceId === traceId));
  expect(chain.map((span) => span?.parentSpanId)).toEqual([
    '00f067aa0ba902b7',
    ...chain.slice(0, -1).map((span) => span?.spanId),
  ]);
  const told = bodies.join('');
  expect(told).not.toContain('هزة');
  for (const { endpoint } of readers) expect(told).not.toContain(new URL(endpoint).pathname);
});

test('what readers ask is in no trace', async () => {
  await fetch(`${stack.origin}/v1/alerts`);
  await fetch(`${stack.origin}/v1/subscriptions`, { method: 'POST', body: '{}' });
  await stack.api.createAlert({ headline: 'آخر ما يُتتبع' });
  await vi.waitFor(() => expect(spans().filter(({ name }) => name === 'POST /v1/alerts').length).toBe(3), {
    timeout: 10_000,
  });
  expect(spans().filter(({ name }) => /GET|subscriptions|none/.test(name))).toEqual([]);
});
