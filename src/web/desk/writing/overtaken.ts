import { html, nothing, type TemplateResult } from 'lit';
import { WAITING_STATUSES, type EditorAlert } from '../../../alerts/schema.ts';
import type { DeskShared } from '../desk-context.ts';
import { renderTextChange } from '../versions/text-change.ts';
import { fill } from '../words/words.ts';
import type { Fields } from './draft.ts';
import type { Subject } from './drafted.ts';

/** What a version or an edit may replace, in the order of the page. */
const REPLACEABLE = ['headline', 'body', 'topics', 'urgency', 'lang', 'url', 'image', 'sendClock'] as const;

/** Nothing more can be written: a retraction is an alert's last version, and an edit needs one that waits. */
export function isOver(subject: Subject): boolean {
  if (subject.change === 'new') return false;
  const { status } = subject.of;
  return subject.change === 'edit' ? !WAITING_STATUSES.includes(status) : status === 'retracted';
}

/**
 * Says that the alert changed while a version or an edit of it was written, what it says now, and what of that the draft
 * would replace: an editor must not undo a colleague's correction without seeing it.
 * @param changed what the editor changed
 * @param seen the alert as the editor saw it; undefined: in another window, or before a reload
 */
export function renderOvertaken(
  subject: Exclude<Subject, { change: 'new' }>,
  changed: Partial<Fields>,
  seen: EditorAlert | undefined,
  desk: DeskShared,
): TemplateResult {
  const { text, language, number } = desk.words;
  const { change, of: alert } = subject;
  const over = isOver(subject);
  const labels = { ...text, sendClock: text.sendAt };
  const fields = REPLACEABLE.filter((name) => name in changed)
    .map((name) => labels[name])
    .join(language === 'ar' ? '، ' : ', ');
  const says =
    change === 'edit'
      ? text.editOvertakenSays
      : fill(text.overtakenSays, { n: number(alert.version), change: text[alert.change] });
  return html`
    <section class="notice overtaken">
      <h2 tabindex="-1">
        ${over ? (change === 'edit' ? text.editOver : text.overtakenOver) : text.overtaken}
      </h2>
      <p>${says}</p>
      <blockquote lang=${alert.lang} dir=${alert.dir}>
        <strong>${alert.headline}</strong>
        ${[alert.note, alert.body].map((line) => (line ? html`<br />${line}` : nothing))}
      </blockquote>
      ${seen === undefined ? nothing : (renderTextChange(seen, alert, desk) ?? nothing)}
      ${over ? nothing : html`<p>${text.overtakenKept}</p>`}
      ${over || fields === '' ? nothing : html`<p>${fill(text.overtakenYours, { fields })}</p>`}
    </section>
  `;
}
