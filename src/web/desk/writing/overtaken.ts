import { html, nothing, type TemplateResult } from 'lit';
import type { EditorAlert } from '../../../alerts/schema.ts';
import type { Fields } from './draft.ts';
import { fill, type Words } from '../words/words.ts';

/** What a version may replace, in the order of the page. */
const REPLACEABLE = ['headline', 'body', 'urgency', 'url', 'image'] as const;

/**
 * Says that the alert changed while a version of it was written, what it says now, and what of that the draft would
 * replace: an editor must not undo a colleague's correction without seeing it.
 * @param changed what the editor changed
 */
export function renderOvertaken(
  alert: EditorAlert,
  changed: Partial<Fields>,
  { text, language, number }: Words,
): TemplateResult {
  const over = alert.status === 'retracted';
  const names = REPLACEABLE.filter((name) => name in changed).map((name) => text[name]);
  const fields = names.join(language === 'ar' ? '، ' : ', ');
  return html`
    <section class="notice overtaken">
      <h2 tabindex="-1">${over ? text.overtakenOver : text.overtaken}</h2>
      <p>${fill(text.overtakenSays, { n: number(alert.version), change: text[alert.change] })}</p>
      <blockquote lang=${alert.lang} dir=${alert.dir}>
        <strong>${alert.headline}</strong>
        ${[alert.note, alert.body].map((line) => (line ? html`<br />${line}` : nothing))}
      </blockquote>
      ${over ? nothing : html`<p>${text.overtakenKept}</p>`}
      ${over || names.length === 0 ? nothing : html`<p>${fill(text.overtakenYours, { fields })}</p>`}
    </section>
  `;
}
