import { afterAll, beforeAll, expect, test } from 'vitest';
import { startChromium, type Chromium } from '../support/chromium.ts';
import { startStack, type Stack } from '../support/stack.ts';

let stack: Stack;
let chromium: Chromium;
beforeAll(async () => {
  [stack, chromium] = await Promise.all([startStack(), startChromium()]);
});
afterAll(async () => {
  await chromium?.stop();
  await stack?.stop();
});

const addVersion = async (id: string, body: object): Promise<void> => {
  const { status } = await stack.api.asEditor(`/v1/alerts/${id}/versions`, { method: 'POST', body });
  expect(status).toBe(201);
};

test('a silent update changes the bar, the list and the alert’s page, and no screen reader says it', async () => {
  const reader = await chromium.newBrowser();
  const [front, own] = [await reader.newPage(), await reader.newPage()];
  await front.goto(stack.origin);
  const { id } = await stack.api.createAlert({ headline: 'زلزال يضرب الساحل' });
  const bar = front.locator('ajil-bar').getByRole('status');
  await bar.getByText('زلزال يضرب الساحل').waitFor();
  expect(await bar.getAttribute('aria-live')).toBe('polite');
  await own.goto(`${stack.origin}/a/${id}`);
  await own.locator('h1').waitFor();

  await addVersion(id, { change: 'update', silent: true, headline: 'زلزال بقوة 6 درجات يضرب الساحل' });
  await bar.getByText('زلزال بقوة 6 درجات').waitFor();
  expect(await bar.getAttribute('aria-live')).toBe('off');
  await front.locator('li h3').getByText('زلزال بقوة 6 درجات').waitFor();
  await own.locator('h1').getByText('زلزال بقوة 6 درجات').waitFor();
  // The whole page has come by now, with its new title.
  await expect.poll(() => own.title(), { timeout: 30_000 }).toContain('6 درجات');
  expect(await own.locator('[role=status]').first().textContent()).toBe('');

  await addVersion(id, { change: 'correction', headline: 'هزة بقوة 4 درجات', note: 'صُححت القوة' });
  await bar.getByText('هزة بقوة 4 درجات').waitFor();
  expect(await bar.getAttribute('aria-live')).toBe('polite');
  await expect.poll(() => own.locator('[role=status]').first().textContent()).toContain('هزة بقوة 4 درجات');
});
