import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type BrowserContextOptions } from 'playwright-core';
import { findBrowser } from './browser-program.ts';

export interface Chromium {
  /**
   * Another reader: a browser of their own, with its own storage, cache, service workers and tabs. About a second.
   * @param options viewport, locale, colour scheme, permissions and so on; a desk-wide Arabic browser by default
   */
  newReader(options?: BrowserContextOptions & { readonly debuggingPort?: number }): Promise<BrowserContext>;
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

/** A stock Chromium without a screen; each reader's lives in a home of its own. */
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
  return {
    newReader: async ({ debuggingPort, ...options } = {}) => {
      const home = await mkdtemp(join(tmpdir(), 'ajil-chromium-'));
      stops.push(() => rm(home, { recursive: true, force: true, maxRetries: 5 }));
      const reader = await chromium.launchPersistentContext(join(home, 'profile'), {
        executablePath,
        args: [
          ...ARGUMENTS,
          ...(debuggingPort === undefined ? [] : [`--remote-debugging-port=${debuggingPort}`]),
        ],
        env: { PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8', HOME: home, TMPDIR: home },
        ...DESKTOP,
        locale: 'ar',
        timezoneId: 'Asia/Riyadh',
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
