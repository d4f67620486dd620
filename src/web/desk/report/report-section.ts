import { html, nothing, type TemplateResult } from 'lit';
import { fill, type Words } from '../words/words.ts';
import { renderReport, spokenProgress } from './report.ts';
import type { ShownReport } from './shown-report.ts';

/** The report with its heading, and a button for each version. @param newest number of the newest version */
export function renderReportSection(
  shown: ShownReport,
  words: Words,
  newest: number,
  onVersion: (version: number) => void,
): TemplateResult {
  const { text } = words;
  const { report, connected, counting } = shown;
  const isOver = report !== undefined && report.status !== 'sending';
  const state = { true: isOver ? text.over : text.live, false: text.lost, undefined: nothing }[
    `${connected}`
  ];
  return html`
    <section aria-labelledby="report-heading">
      <h2 id="report-heading">
        ${text.report} <span class="state ${connected === true && !isOver ? 'on' : ''}">${state}</span>
      </h2>
      ${newest === 1 ? nothing : renderVersions(newest, shown.version, words, onVersion)}
      <p class="unseen" role="status">${report && !counting ? spokenProgress(report, words) : nothing}</p>
      ${report ? renderReport(report, words, counting) : html`<p class="quiet">${text.loading}</p>`}
    </section>
  `;
}

function renderVersions(
  newest: number,
  shown: number,
  { text, number }: Words,
  onVersion: (version: number) => void,
): TemplateResult {
  const all = Array.from({ length: newest }, (_, index) => newest - index);
  return html`
    <div class="versions" role="group" aria-label=${text.versions}>
      ${all.map(
        (version) =>
          html`<button
            type="button"
            aria-pressed=${version === shown ? 'true' : 'false'}
            @click=${() => onVersion(version)}
          >
            ${fill(text.version, { n: number(version) })}
          </button>`,
      )}
    </div>
  `;
}
