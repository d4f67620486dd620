import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PHONE, startChromium, type Chromium } from '../support/chromium.ts';

let chromium: Chromium;
let server: Server;
let site: string;

beforeAll(async () => {
  server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8').end('<title>عاجل</title>');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  site = `http://localhost:${(server.address() as AddressInfo).port}`;
  chromium = await startChromium();
});
afterAll(async () => {
  await chromium.stop();
  server.closeAllConnections();
  server.close();
});

test('readers are strangers to each other, and each one’s tabs are not', async () => {
  const [one, other] = await Promise.all([
    chromium.newReader(),
    chromium.newReader({ locale: 'en', ...PHONE }),
  ]);
  const [page, tab, stranger] = await Promise.all([one.newPage(), one.newPage(), other.newPage()]);
  await Promise.all([page, tab, stranger].map((each) => each.goto(site)));
  await page.evaluate('localStorage.setItem("mine", "yes")');
  expect(await tab.evaluate('[localStorage.getItem("mine"), navigator.language]')).toEqual(['yes', 'ar']);
  expect(await stranger.evaluate('[localStorage.getItem("mine"), navigator.language]')).toEqual([null, 'en']);
  expect(await stranger.evaluate('devicePixelRatio')).toBe(PHONE.deviceScaleFactor);
  // What the live client relies on: an Internet that is there, and a secure context.
  expect(await page.evaluate('[navigator.onLine, isSecureContext, "locks" in navigator]')).toEqual([
    true,
    true,
    true,
  ]);
});
