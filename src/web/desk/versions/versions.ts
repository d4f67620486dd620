import { html, nothing, type TemplateResult } from 'lit';
import type { EditorAlert } from '../../../alerts/schema.ts';
import type { DeskShared } from '../desk-context.ts';
import { shownOf, type OpenAlert } from '../open-alert.ts';
import { statusText } from '../status-text.ts';
import { fill, isolate } from '../words/words.ts';
import { renderTextChange } from './text-change.ts';

/** Every version, newest first: who wrote it and when, its text, and what of it was new. */
export function renderVersions(open: OpenAlert, desk: DeskShared): TemplateResult {
  const { text } = desk.words;
  const shown = shownOf(open)?.version;
  return html`
    <section class="all-versions" aria-labelledby="versions-heading">
      <h2 id="versions-heading">${text.finding.versions}</h2>
      <ol reversed>
        ${open.versions.toReversed().map((version) => renderOne(version, open.versions, shown, desk))}
      </ol>
    </section>
  `;
}

function renderOne(
  alert: EditorAlert,
  versions: readonly EditorAlert[],
  shown: number | undefined,
  desk: DeskShared,
): TemplateResult {
  const { words, names } = desk;
  const { text } = words;
  const at = alert.publishedAt ?? (alert.version === 1 ? alert.createdAt : null);
  return html`<li value=${alert.version}>
    <p class="tags">
      <b>${fill(text.version, { n: words.number(alert.version) })}</b>
      <span class="change">${text[alert.change]}</span>
      <span class="status ${alert.status}">${statusText(alert, words)}</span>
      <span>${fill(text.finding.wrote, { name: names.of(alert.createdBy, words) })}</span>
      ${
        alert.approvedBy === null
          ? nothing
          : html`<span>${fill(text.finding.approved, { name: names.of(alert.approvedBy, words) })}</span>`
      }
      ${at === null ? nothing : html`<time datetime=${at}>${words.time(at)}</time>`}
      ${alert.version === shown ? html`<span class="quiet">${text.finding.readersHave}</span>` : nothing}
    </p>
    ${
      alert.review?.bypass
        ? html`<p class="quiet">${fill(text.bypassed, { reason: isolate(alert.review.bypass) })}</p>`
        : nothing
    }
    ${renderChange(alert, baseOf(alert, versions), desk)}
    <details>
      <summary>${text.finding.whole}</summary>
      <blockquote lang=${alert.lang} dir=${alert.dir}>
        <strong>${alert.headline}</strong>
        ${[alert.body, alert.note].map((line) => (line ? html`<br />${line}` : nothing))}
      </blockquote>
    </details>
  </li>`;
}

function renderChange(
  alert: EditorAlert,
  base: EditorAlert | undefined,
  desk: DeskShared,
): TemplateResult | typeof nothing {
  const { text, number } = desk.words;
  if (base === undefined) return nothing;
  return html`
    <p class="quiet">${fill(text.finding.changed, { n: number(base.version) })}</p>
    ${renderTextChange(base, alert, desk) ?? html`<p class="quiet">${text.finding.unchangedText}</p>`}
  `;
}

/** What the version was written on: the version before it, without those that no reader ever saw. */
function baseOf(alert: EditorAlert, versions: readonly EditorAlert[]): EditorAlert | undefined {
  return versions.findLast(({ version, publishedAt }) => version < alert.version && publishedAt !== null);
}
