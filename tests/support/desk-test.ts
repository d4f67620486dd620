import type { BrowserContext } from 'playwright-core';
import { test as base } from 'vitest';
import { openDeskAs, type DeskPage } from './desk-page.ts';
import type { Stack } from './stack.ts';

/** Tests that each have the desk in a tab of its own, signed in, and fail when the page complains. */
export const deskTest = (at: () => { stack: Stack; context: BrowserContext; key: string }) =>
  base.extend<{ desk: DeskPage }>({
    desk: async ({ onTestFailed, task }, use) => {
      const { stack, context, key } = at();
      onTestFailed(() => void process.stderr.write(stack.logs()));
      const desk = await openDeskAs(context, stack, key);
      await use(desk);
      if (task.result?.errors !== undefined) console.error(await seen(desk));
      await desk.page.evaluate('localStorage.clear()');
      await desk.page.close();
      if (desk.complaints.length > 0) throw new Error(desk.complaints.join('\n'));
    },
  });

/** What a test that failed was looking at. */
async function seen({ page }: DeskPage): Promise<string> {
  const focus = await page.evaluate<string>('document.activeElement?.outerHTML.slice(0, 200)');
  return `at ${page.url()}, focus in ${focus}\n${await page.locator('body').innerText()}`;
}
