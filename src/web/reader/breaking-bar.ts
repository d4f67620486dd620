import { html, nothing, type TemplateResult } from 'lit';
import type { Alert } from '../../alerts/schema.ts';
import { changeName } from '../../alerts/change-names.ts';
import type { Language, ReaderStrings } from '../../pages/reader-words.ts';
import type { Times } from '../../pages/times.ts';

/**
 * The red bar. The live region is always there and holds the headline alone, so a screen reader says a new headline once
 * and nothing when the age beside it changes.
 */
export function renderBreakingBar(
  alert: Alert | undefined,
  view: { text: ReaderStrings; language: Language; times: Times; nowMs: number },
): TemplateResult {
  return html`
    <section class="bar" aria-label=${view.text.breaking} ?data-empty=${alert === undefined}>
      <div class="bar-inside">
        ${alert === undefined ? nothing : html`<span class="bar-label" aria-hidden="true">${labelOf(alert, view.language)}</span>`}
        <p class="bar-headline" role="status">${alert === undefined ? nothing : headline(alert)}</p>
        ${alert === undefined ? nothing : html`<time datetime=${alert.publishedAt ?? alert.createdAt}>${view.times.since(alert.publishedAt ?? alert.createdAt, view.nowMs)}</time>`}
      </div>
    </section>
  `;
}

function labelOf(alert: Alert, language: Language): string {
  return changeName(alert.change === 'correction' ? 'correction' : 'new', language);
}

const headline = (alert: Alert): TemplateResult =>
  html`<a href=${`/a/${alert.id}`} lang=${alert.lang} dir=${alert.dir}>${alert.headline}</a>`;
