import { WebSocket } from 'ws';
import type { BrowserContext, Locator, Page } from 'playwright-core';
import type { Alert } from '../../src/alerts/schema.ts';
import type { LiveMessage } from '../../src/live/protocol.ts';
import type { Stack } from './stack.ts';

/** The desk as an editor with a keyboard uses it. */
export interface DeskPage {
  readonly page: Page;
  /** What the content security policy refused, and errors of the page's scripts. */
  readonly complaints: readonly string[];
  signIn(key: string): Promise<void>;
  /** Opens an empty writing page, and writes. */
  write(alert: { headline: string; body?: string; topics?: readonly string[] }): Promise<void>;
  /** Asks for the question, and waits until it says whom the alert reaches. */
  review(): Promise<Locator>;
  /** Answers the question. @returns the id of the alert whose report is then open */
  confirm(): Promise<string>;
  /** The report's numbers, by name. */
  figures(): Promise<Record<string, number>>;
  fault(field: string): Locator;
}

export async function openDesk(context: BrowserContext, origin: string): Promise<DeskPage> {
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) complaints.push(message.text());
  });
  await page.goto(`${origin}/desk`);

  const number = async (locator: Locator): Promise<number> =>
    Number((await locator.locator('b').innerText()).replace(/\D/g, ''));

  const desk: DeskPage = {
    page,
    complaints,
    signIn: async (key) => {
      await page.locator('#key:focus').waitFor();
      await page.keyboard.insertText(key);
      await page.keyboard.press('Enter');
    },
    write: async ({ headline, body, topics = ['world'] }) => {
      await page.evaluate("location.hash = '#/'");
      await page.locator('[name="headline"]').fill(headline);
      if (body !== undefined) await page.locator('[name="body"]').fill(body);
      for (const topic of topics) await page.locator(`[name="topics"][value="${topic}"]`).check();
    },
    review: async () => {
      await page.locator('[name="headline"], [name="note"]').first().press('Control+Enter');
      const question = page.locator('dialog[open]');
      await question.waitFor();
      return question;
    },
    confirm: async () => {
      await page.locator('dialog[open] .main').press('Enter');
      await page.locator('.figures').waitFor();
      return new URL(page.url()).hash.slice(2);
    },
    figures: async () => {
      const named = await page.locator('[data-figure], [data-outcome]').all();
      const entries = named.map(async (one): Promise<[string, number]> => [
        (await one.getAttribute('data-figure')) ?? `outcome ${await one.getAttribute('data-outcome')}`,
        await number(one),
      ]);
      return Object.fromEntries(await Promise.all(entries));
    },
    fault: (field) => page.locator(`#${field}-fault`),
  };
  return desk;
}

/** The desk of an editor who has signed in, once it knows so: what is pressed before then presses nothing. */
export async function openDeskAs(
  context: BrowserContext,
  { origin }: Pick<Stack, 'origin'>,
  key: string,
): Promise<DeskPage> {
  await context.request.post(`${origin}/v1/session`, { data: { key } });
  const desk = await openDesk(context, origin);
  await desk.page.locator('.top nav').waitFor();
  return desk;
}

/** How long a send at the desk is held, so that it can be undone. */
export const setUndoSeconds = (stack: Pick<Stack, 'api'>, undoSeconds: number): Promise<void> =>
  changeNewsroom(stack, { undoSeconds });

/** Changes some of the newsroom's settings. */
export async function changeNewsroom(
  { api }: Pick<Stack, 'api'>,
  changed: { undoSeconds?: number; approval?: 'never' | 'always' },
): Promise<void> {
  const settings = (await api.call('/v1/newsroom')).body as object;
  const body = { ...settings, ...changed };
  const { status } = await api.asEditor('/v1/newsroom', { method: 'PUT', body });
  if (status !== 200) throw new Error(`the newsroom's settings were refused: ${status}`);
}

/** An open page elsewhere: what it is told, in order. */
export async function followLive(origin: string): Promise<{ heard: Alert[]; close(): void }> {
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/v1/live`, { origin });
  const heard: Alert[] = [];
  await new Promise<void>((greeted, failed) => {
    socket.once('error', failed);
    socket.on('message', (text: Buffer) => {
      const message = JSON.parse(text.toString()) as LiveMessage;
      if (message.type === 'alert') heard.push(message.alert);
      else greeted();
    });
  });
  return { heard, close: () => socket.terminate() };
}

/** Moves the focus by Tab alone, until it is on what the selector names. */
export async function tabTo(page: Page, selector: string): Promise<void> {
  const isThere = `document.activeElement?.matches(${JSON.stringify(selector)}) ?? false`;
  for (let pressed = 0; !(await page.evaluate(isThere)); pressed += 1) {
    if (pressed === 100) throw new Error(`Tab does not lead to ${selector}`);
    await page.keyboard.press('Tab');
  }
}
