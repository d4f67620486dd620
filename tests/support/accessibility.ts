import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** What axe finds on a page (WCAG 2.2 A and AA, best practices). */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  // axe does not see that the skip link comes before the bar's, which is in a shadow.
  return page.evaluate(`axe.run({ exclude: ['.skip'] }).then(({ violations }) =>
    violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html.slice(0, 120)).join(' | ')))`);
}
