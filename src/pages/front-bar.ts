import { barTree } from './bar-markup.ts';
import type { FrontPageData } from './common/front-page-data.ts';
import { html, type Html } from './html.ts';

/**
 * The bar of the front page, before its script.
 * @param closed id of the newest alert that this reader has closed
 */
export function frontBar(data: FrontPageData | undefined, closed: string, publicUrl: string): Html {
  const alert = data?.breaking.find(({ id }) => id > closed);
  if (data === undefined || alert === undefined) return html`<ajil-bar></ajil-bar>`;
  return html`<ajil-bar line="page" position="sticky">
    ${barTree(alert, { site: () => null, publicUrl, nowMs: data.nowMs })}
  </ajil-bar>`;
}
