import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { launch, type Browser, type Page } from 'puppeteer-core';
import { findBrowser } from './browser-program.ts';

/** A notification as it stands on the reader's screen: Firefox draws it itself, in a window of its own. */
interface ShownNotification {
  readonly title: string;
  readonly body: string;
  readonly lang: string;
  readonly dir: string;
  /** As a reader's click: the service worker gets a trusted `notificationclick`. */
  click(): Promise<void>;
}

export interface Firefox {
  readonly browser: Browser;
  /** Another reader, with storage, service workers and subscriptions of their own. */
  newReader(): Promise<Page>;
  notifications(): Promise<ShownNotification[]>;
  /** @throws after `timeoutMs`, telling what is on the screen instead */
  waitForNotification(
    matches: (shown: ShownNotification) => boolean,
    timeoutMs?: number,
  ): Promise<ShownNotification>;
  /** Ends the browser and removes everything it wrote. */
  stop(): Promise<void>;
}

/**
 * A stock Firefox without a screen, in a home of its own, that takes its push messages from the given service.
 * @param pushUrl the service's WebSocket
 */
export async function startFirefox(pushUrl: string): Promise<Firefox> {
  const executablePath = await findBrowser({
    package: 'firefox-esr',
    programs: ['firefox-esr', 'firefox'],
    apps: ['/Applications/Firefox.app/Contents/MacOS/firefox'],
  });
  const home = await mkdtemp(join(tmpdir(), 'ajil-firefox-'));
  const removeHome = (): Promise<void> => rm(home, { recursive: true, force: true, maxRetries: 5 });
  const browser = await launchFirefox(executablePath, home, pushUrl).catch(async (error: unknown) => {
    await removeHome();
    throw error;
  });
  const bidi = bidiOf(browser);

  async function notifications(): Promise<ShownNotification[]> {
    const { contexts } = await bidi<Tree>('browsingContext.getTree', { 'moz:scope': 'chrome' });
    const windows = contexts.filter(({ url }) => url.endsWith('/alerts/alert.xhtml'));
    const read = await Promise.all(windows.map(({ context }) => readNotification(context)));
    return read.filter((shown) => shown !== undefined);
  }

  async function readNotification(context: string): Promise<ShownNotification | undefined> {
    const call = async (functionDeclaration: string): Promise<string> => {
      const target = { context };
      const { result } = await bidi<Called>('script.callFunction', {
        functionDeclaration,
        target,
        awaitPromise: false,
      });
      return result?.value ?? '';
    };
    try {
      const text = await call(READ_ALERT);
      const shown = JSON.parse(text) as Omit<ShownNotification, 'click'>;
      return { ...shown, click: async () => void (await call(CLICK_ALERT)) };
    } catch {
      return undefined; // closed, or not drawn yet, while we looked
    }
  }

  return {
    browser,
    newReader: async () => (await browser.createBrowserContext()).newPage(),
    notifications,
    waitForNotification: async (matches, timeoutMs = 10_000) => {
      const deadline = performance.now() + timeoutMs;
      for (;;) {
        const shown = await notifications();
        const match = shown.find(matches);
        if (match !== undefined) return match;
        if (performance.now() > deadline) {
          throw new Error(`no such notification within ${timeoutMs} ms; shown: ${JSON.stringify(shown)}`);
        }
        await sleep(50);
      }
    },
    stop: async () => {
      await browser.close();
      await removeHome();
    },
  };
}

function launchFirefox(executablePath: string, home: string, pushUrl: string): Promise<Browser> {
  return launch({
    browser: 'firefox',
    executablePath,
    headless: true,
    userDataDir: join(home, 'profile'),
    // Notifications are drawn outside of every page; only with system access can a driver see them.
    args: ['-remote-allow-system-access'],
    env: { PATH: process.env['PATH'], LANG: 'C.UTF-8', HOME: home, TMPDIR: home },
    extraPrefsFirefox: {
      'dom.push.serverURL': pushUrl,
      'dom.push.testing.allowInsecureServerURL': true,
      // Automation turns the push connection off unless it is set by name.
      'dom.push.connection.enabled': true,
      'dom.push.retryBaseInterval': 200,
      'permissions.default.desktop-notification': 1,
      // Without a desktop's D-Bus the system's notifications fail; Firefox's own do not.
      'alerts.useSystemBackend': false,
    },
  });
}

interface Tree {
  readonly contexts: readonly { readonly context: string; readonly url: string }[];
}
interface Called {
  readonly result?: { readonly value?: string };
}
type Bidi = <T>(method: string, params: object) => Promise<T>;

/** Puppeteer has no name for windows outside of pages; its connection does. */
function bidiOf(browser: Browser): Bidi {
  interface Carrier {
    readonly connection: { send(method: string, params: object): Promise<{ result: unknown }> };
  }
  const { connection } = browser as unknown as Carrier;
  return async <T>(method: string, params: object) => (await connection.send(method, params)).result as T;
}

const READ_ALERT = `() => {
  const title = document.getElementById('alertTitleLabel');
  return JSON.stringify({
    title: title.getAttribute('value'),
    body: document.getElementById('alertTextLabel').textContent,
    lang: title.getAttribute('lang') ?? '',
    dir: getComputedStyle(document.documentElement).direction,
  });
}`;

const CLICK_ALERT = `() => { document.getElementById('alertBox').click(); return ''; }`;
