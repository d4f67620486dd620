import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions } from 'playwright-core';
import { findBrowser } from './browser-program.ts';

export interface Chromium {
  /**
   * Makes another reader, who shares no storage, cache, service worker or tab with the others.
   * @param options viewport, locale, colour scheme, permissions and so on; a desk-wide Arabic browser by default
   */
  newReader(options?: BrowserContextOptions): Promise<BrowserContext>;
  /** The same in a browser that this reader has alone, with a profile on the disk: takes a second or two. */
  newBrowser(options?: BrowserContextOptions & { readonly debuggingPort?: number }): Promise<BrowserContext>;
  /** Ends every browser and removes everything that they wrote. */
  stop(): Promise<void>;
}

/** Widths that pages are looked at in, CSS pixels. */
export const PHONE = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  isMobile: true,
  hasTouch: true,
};
export const DESKTOP = { viewport: { width: 1280, height: 800 } };
const READER = { ...DESKTOP, locale: 'ar', timezoneId: 'Asia/Riyadh' };

const ARGUMENTS = [
  // The sandbox does not start for root, whom containers run tests as.
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // A process for each page and one in reserve take most of a short test's time.
  '--renderer-process-limit=1',
  '--disable-site-isolation-trials',
];

/** A stock Chromium without a screen. */
export async function startChromium(): Promise<Chromium> {
  const executablePath = await findBrowser({
    package: 'chromium',
    programs: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
    apps: [
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
      '/Applications/Chromium.app/Contents/MacOS/Chromium',
    ],
  });
  const stops: (() => Promise<void>)[] = [];
  const launchOptions = async () => {
    const home = await mkdtemp(join(tmpdir(), 'ajil-chromium-'));
    stops.push(() => rm(home, { recursive: true, force: true, maxRetries: 5 }));
    const env = { PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8', HOME: home, TMPDIR: home };
    return { home, executablePath, args: ARGUMENTS, env };
  };
  let shared: Promise<Browser> | undefined;
  const launchShared = async (): Promise<Browser> => {
    const browser = await chromium.launch(await launchOptions());
    stops.push(() => browser.close());
    return browser;
  };
  return {
    newReader: async (options) => {
      const browser = await (shared ??= launchShared());
      const reader = await browser.newContext({ ...READER, ...options });
      stops.push(() => reader.close());
      return reader;
    },
    newBrowser: async ({ debuggingPort, ...options } = {}) => {
      const { home, args, ...launch } = await launchOptions();
      const debugging = debuggingPort === undefined ? [] : [`--remote-debugging-port=${debuggingPort}`];
      const reader = await chromium.launchPersistentContext(join(home, 'profile'), {
        ...launch,
        args: [...args, ...debugging],
        ...READER,
        ...options,
      });
      stops.push(() => reader.close());
      return reader;
    },
    stop: async () => {
      for (const stop of stops.splice(0).reverse()) await stop();
    },
  };
}
