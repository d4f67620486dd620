import { html, nothing, type TemplateResult } from 'lit';
import type { Alert } from '../../../alerts/schema.ts';
import type { Times } from '../../../pages/common/times.ts';
import type { Language } from '../../../words/language.ts';
import { READER } from '../../../words/reader-words.ts';
import { articleUrl } from '../../common/article-url.ts';

/** What the reader's quiet hours or daily limit held back. */
export function renderMissed(
  missed: readonly Alert[],
  view: {
    readonly language: Language;
    readonly times: Times;
    readonly nowMs: number;
    readonly onDismiss: () => void;
  },
): TemplateResult | typeof nothing {
  if (missed.length === 0) return nothing;
  const text = READER[view.language];
  return html`
    <section class="missed" aria-labelledby="missed-title">
      <h3 id="missed-title">${text.missed} <span class="count">${missed.length}</span></h3>
      <p class="hint">${text.missedMore}</p>
      <ul role="list">
        ${missed.map(
          ({ id, url, lang, dir, headline, createdAt }) => html`
            <li>
              <a href=${articleUrl(url, id, location.origin)} lang=${lang} dir=${dir}>${headline}</a>
              <time datetime=${createdAt}>${view.times.since(createdAt, view.nowMs)}</time>
            </li>
          `,
        )}
      </ul>
      <button type="button" @click=${view.onDismiss}>${text.missedSeen}</button>
    </section>
  `;
}
