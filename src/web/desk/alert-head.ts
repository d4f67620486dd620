import { html, nothing, type TemplateResult } from 'lit';
import { storyName } from './stories/open-stories.ts';
import type { EditorAlert } from '../../alerts/schema.ts';
import { statusText } from './status-text.ts';
import { topicNames } from './topic-names.ts';
import type { DeskShared } from './desk-context.ts';
import { fill, isolate } from './words/words.ts';

/** What the alert is and says. */
export function renderAlertHead(alert: EditorAlert, desk: DeskShared): TemplateResult {
  const { words, client, config, names } = desk;
  const { text } = words;
  const isOver = Date.parse(alert.expiresAt) < client.now();
  return html`
    <header>
      <p class="tags">
        <span class="status ${alert.status}">${statusText(alert, words)}</span>
        ${alert.change === 'new' ? nothing : html`<span class="change">${text[alert.change]}</span>`}
        <span>${text[alert.urgency]}</span>
        <span>${words.languageName(alert.lang)}</span>
        <span>${topicNames(alert.topics, config, words)}</span>
        ${renderStory(alert, desk)}
        <span>${fill(text.finding.wrote, { name: names.of(alert.createdBy, words) })}</span>
        <time datetime=${alert.createdAt}>${words.time(alert.createdAt)}</time>
        <span class="quiet">
          ${fill(isOver ? text.expired : text.expires, { time: words.time(alert.expiresAt) })}
        </span>
      </p>
      <h1 tabindex="-1" lang=${alert.lang} dir=${alert.dir}>${alert.headline}</h1>
      ${
        alert.review?.bypass
          ? html`<p class="note">${fill(text.bypassed, { reason: isolate(alert.review.bypass) })}</p>`
          : nothing
      }
      <div lang=${alert.lang} dir=${alert.dir}>
        ${alert.note ? html`<p class="change">${alert.note}</p>` : nothing}
        ${alert.body ? html`<p>${alert.body}</p>` : nothing}
      </div>
      ${
        alert.url
          ? html`<p><a href=${alert.url} target="_blank" rel="noreferrer">${text.openArticle}</a></p>`
          : nothing
      }
    </header>
  `;
}

function renderStory({ story }: EditorAlert, desk: DeskShared): TemplateResult | typeof nothing {
  if (story === null) return nothing;
  return html`<a class="story" href="/stories/${story}" target="_blank"
    ><bdi>${storyName(story, desk)}</bdi></a
  >`;
}
