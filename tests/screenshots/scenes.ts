import type { BrowserContextOptions, Page } from 'playwright-core';
import { PHONE } from '../support/chromium.ts';

/** What a scene may need to find its way. */
export interface Stage {
  readonly origin: string;
  /** Sign-in for the desk. */
  readonly adminKey: string;
  /** Ids of alerts, by the names of `news.ts`. */
  readonly ids: Readonly<Record<string, string>>;
}

/** One picture for each language and width: `docs/screenshots/<name>-<language>-<width>.png`. */
export interface Scene {
  readonly name: string;
  readonly languages: readonly ('ar' | 'en')[];
  readonly widths: readonly Width[];
  readonly colorScheme?: 'light' | 'dark';
  /** The whole page, not only what the window shows. */
  readonly whole?: boolean;
  /** Brings a fresh page to what the picture shows; the origin's `localStorage` says the language already. */
  open(page: Page, stage: Stage, language: 'ar' | 'en'): Promise<void>;
}

type Width = keyof typeof WIDTHS;
export const WIDTHS: Readonly<Record<'phone' | 'desktop', BrowserContextOptions>> = {
  phone: PHONE,
  desktop: { viewport: { width: 1280, height: 960 } },
};

const EVERYWHERE = { languages: ['ar', 'en'], widths: ['phone', 'desktop'] } as const;

/** To show another page, add a scene. */
export const SCENES: readonly Scene[] = [
  { name: 'reader', ...EVERYWHERE, open: openReader },
  {
    name: 'reader-dark',
    languages: ['ar'],
    widths: ['phone', 'desktop'],
    colorScheme: 'dark',
    open: openReader,
  },
  {
    name: 'alert',
    ...EVERYWHERE,
    open: async (page, { origin, ids }, language) => {
      await page.goto(`${origin}/a/${ids[language === 'ar' ? 'lead' : 'english']}`);
    },
  },
  {
    name: 'alert-corrected',
    languages: ['ar'],
    widths: ['phone', 'desktop'],
    open: async (page, { origin, ids }) => {
      await page.goto(`${origin}/a/${ids['corrected']}`);
    },
  },
  {
    name: 'alert-retracted',
    languages: ['ar'],
    widths: ['phone'],
    open: async (page, { origin, ids }) => {
      await page.goto(`${origin}/a/${ids['retracted']}`);
    },
  },
];

async function openReader(page: Page, { origin }: Stage): Promise<void> {
  await page.goto(origin);
  await page.locator('.alerts > li').nth(4).waitFor();
  await page.locator('.line.live').waitFor();
  await page.locator('.card').waitFor();
}
