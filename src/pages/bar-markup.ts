import { createHash } from 'node:crypto';
import type { Alert } from '../alerts/schema.ts';
import { BAR_STYLE } from './common/bar-style.ts';
import { ageOf, labelOf } from './common/bar-words.ts';
import { html, type Html } from './html.ts';

/** For `style-src`: the bar is in a shadow tree, with its style, before any script has run. */
export const BAR_STYLE_SOURCE = `'sha256-${createHash('sha256').update(BAR_STYLE).digest('base64')}'`;

/** Exactly the text that the hash is of. */
const STYLE: Html = { markup: `<style>${BAR_STYLE}</style>` };

/**
 * The bar as `src/web/bar/bar-view.ts` makes it, in a declarative shadow root (HTML, section 4.12.3), for pages before their
 * scripts. The element makes its tree of elements, never of markup, so the markup is written here again; a test compares
 * the two. The server's bar says nothing aloud and has no button, because both need scripts.
 */
export function barTree(
  alert: Alert,
  {
    site,
    publicUrl,
    nowMs,
  }: {
    /** Reads an attribute that the site set. */
    readonly site: (attribute: string) => string | null;
    readonly publicUrl: string;
    readonly nowMs: number;
  },
): Html {
  const label = labelOf(alert, site);
  return html`<template shadowrootmode="open">
    ${STYLE}
    <div class="frame open">
      <div class="clip">
        <div
          class="bar ${alert.change} ${alert.dir}"
          part="bar"
          role="region"
          aria-label="${label}"
          lang="${alert.lang}"
          dir="${alert.dir}"
        >
          <div class="inside">
            <div class="news">
              <p class="label" part="label">${label}</p>
              <p class="text">
                <a class="headline" part="headline" href="${alert.url ?? `${publicUrl}/a/${alert.id}`}"
                  >${alert.headline}</a
                >
                ${alert.note === null ? undefined : html`<span class="note" part="note">${alert.note}</span>`}
              </p>
            </div>
            <time class="age" part="age" datetime="${alert.publishedAt ?? alert.createdAt}"
              >${ageOf(alert, nowMs)}</time
            >
            <span class="close"></span>
          </div>
        </div>
      </div>
    </div>
  </template>`;
}
