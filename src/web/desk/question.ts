import { html, nothing, type TemplateResult } from 'lit';
import { notificationText } from '../../alerts/notification.ts';
import type { EditorAlert } from '../../alerts/schema.ts';
import type { Estimate } from './answers.ts';
import { reachOf } from './meter.ts';
import { fill, type Words } from './strings.ts';

/** What the editor is asked before anything goes out: what it is, whom it reaches, and that there is no way back. */
export function renderQuestion(
  alert: EditorAlert,
  words: Words,
  estimate: Estimate | 'unknown' | undefined,
  isDuplicate: boolean,
): TemplateResult {
  const { text } = words;
  const does = { flash: text.flashDoes, urgent: text.urgentDoes, normal: text.normalDoes }[alert.urgency];
  const { title } = notificationText(alert);
  return html`
    ${isDuplicate ? html`<p class="warning">${text.duplicateWarning}</p>` : nothing}
    <blockquote lang=${alert.lang} dir=${alert.dir}>
      ${title}${alert.change === 'retraction' && alert.note ? html`<br /><small>${alert.note}</small>` : nothing}
    </blockquote>
    <p class="goes">
      <strong>${alert.change === 'new' ? goesTo(estimate, words) : text.versionGoesTo}</strong>
    </p>
    <p>${text[alert.urgency]}: ${does}</p>
    <p class="quiet">${alert.change === 'new' ? text.noWayBack : text.safari}</p>
  `;
}

function goesTo(estimate: Estimate | 'unknown' | undefined, words: Words): string {
  if (estimate === undefined || estimate === 'unknown') return words.text.goesToUnknown;
  return fill(words.text.goesTo, { reach: reachOf(estimate, words) });
}
