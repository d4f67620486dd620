import type { BrowserContext } from 'playwright-core';
import { test as base } from 'vitest';
import { openDeskAs, type DeskPage } from './desk-page.ts';
import type { Stack } from './stack.ts';

/** Tests that each have the desk in a tab of its own, signed in, and fail when the page complains. */
export const deskTest = (at: () => { stack: Stack; context: BrowserContext; key: string }) =>
  base.extend<{ desk: DeskPage }>({
    desk: async ({ onTestFailed }, use) => {
      const { stack, context, key } = at();
      onTestFailed(() => void process.stderr.write(stack.logs()));
      const desk = await openDeskAs(context, stack, key);
      await use(desk);
      await desk.page.evaluate('localStorage.clear()');
      await desk.page.close();
      if (desk.complaints.length > 0) throw new Error(desk.complaints.join('\n'));
    },
  });
