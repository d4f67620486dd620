import { html, nothing, type TemplateResult } from 'lit';
import type { EditorAlert } from '../../../alerts/schema.ts';
import type { DeskShared } from '../desk-context.ts';
import { storyName } from '../stories/open-stories.ts';
import { statusText } from '../status-text.ts';
import { topicNames } from '../topic-names.ts';
import { fill } from '../words/words.ts';

/** One alert in a list: what it says, what it is, who wrote it, and when, or how long it is until it leaves. */
export function renderAlertRow(
  alert: EditorAlert,
  desk: DeskShared,
  openId: string | undefined,
): TemplateResult {
  const { words, config } = desk;
  const { text } = words;
  return html`<li>
    <a href="#/${alert.id}" aria-current=${alert.id === openId ? 'page' : 'false'}>
      <span class="headline" lang=${alert.lang} dir=${alert.dir}>${alert.headline}</span>
      <span class="tags">
        <span class="status ${alert.status}">${statusText(alert, words)}</span>
        ${alert.change === 'new' ? nothing : html`<span class="change">${text[alert.change]}</span>`}
        ${renderTime(alert, desk)}
      </span>
      <span class="about">
        <b class="urgency ${alert.urgency}">${text[alert.urgency]}</b>
        <span>${topicNames(alert.topics, config, words)}</span>
        <span>${words.languageName(alert.lang)}</span>
        ${alert.story === null ? nothing : html`<span class="story"><bdi>${storyName(alert.story, desk)}</bdi></span>`}
        ${
          alert.version === 1
            ? nothing
            : html`<span>${fill(text.finding.versionShort, { n: words.number(alert.version) })}</span>`
        }
        <span class="by">${whoWrote(alert, desk)}</span>
      </span>
    </a>
  </li>`;
}

function whoWrote({ createdBy }: EditorAlert, { editor, names, words }: DeskShared): string {
  return createdBy === editor.id ? words.text.finding.you : names.of(createdBy, words);
}

function renderTime(
  { status, sendAt, createdAt }: EditorAlert,
  { words, client }: DeskShared,
): TemplateResult {
  if (status !== 'scheduled' || sendAt === null) {
    return html`<time datetime=${createdAt}>${words.time(createdAt)}</time>`;
  }
  const left = Date.parse(sendAt) - client.now();
  return html`<time datetime=${sendAt}
    >${words.time(sendAt)} · ${left > 0 ? words.until(left) : words.text.overdue}</time
  >`;
}
