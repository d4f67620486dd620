import { html, nothing, type TemplateResult } from 'lit';
import { changeName, labelName } from '../../alerts/naming.ts';
import type { Alert } from '../../alerts/schema.ts';
import { isBreaking } from '../../pages/common/front-page-data.ts';
import { storyUrl } from '../common/story-url.ts';
import { directionIn, type Language } from '../../words/language.ts';
import type { ReaderWords } from '../../words/reader-words.ts';
import type { Times } from '../../pages/common/times.ts';

export interface ItemView {
  readonly text: ReaderWords;
  readonly language: Language;
  readonly times: Times;
  readonly nowMs: number;
  readonly topicName: (id: string) => string;
}

/** One alert of the list. @param lead the newest, which is given more room */
export function renderAlert(alert: Alert, view: ItemView, lead: boolean): TemplateResult {
  const { text, times } = view;
  const retracted = alert.change === 'retraction';
  const classes = `alert ${lead ? 'lead' : ''} ${retracted ? 'retracted' : ''} ${alert.urgency}`;
  const page = `/a/${alert.id}`;
  return html`
    <li data-alert=${alert.id}>
      <article class=${classes}>
        <p class="alert-meta">
          ${
            alert.change === 'new' && isBreaking(alert, view.nowMs)
              ? html`<span class="label">${labelName(alert, view.language, false)}</span>`
              : nothing
          }
          <a class="permalink" href=${page} title=${text.permalink}>
            <time datetime=${alert.createdAt} title=${times.full(alert.createdAt)}
              >${times.since(alert.createdAt, view.nowMs)}</time
            >
          </a>
          ${alert.topics.map((topic) => html`<span class="topic">${view.topicName(topic)}</span>`)}
        </p>
        <div lang=${alert.lang} dir=${alert.dir}>
          <h3>
            ${retracted ? html`<del>${alert.headline}</del>` : html`<a href=${storyOf(alert)}>${alert.headline}</a>`}
          </h3>
          ${renderChange(alert, view)}
          ${
            alert.image !== null && !retracted
              ? html`<img
                  src=${alert.image}
                  alt=""
                  loading=${lead ? 'eager' : 'lazy'}
                  referrerpolicy="no-referrer"
                  @error=${hide}
                />`
              : nothing
          }
          ${alert.body !== null && !retracted ? html`<p class="alert-body">${alert.body}</p>` : nothing}
        </div>
      </article>
    </li>
  `;
}

/** A picture that does not come leaves no empty box behind. */
function hide(event: Event): void {
  (event.target as HTMLElement).hidden = true;
}

/** Why there is another version, and since when. */
function renderChange(alert: Alert, { times, nowMs, language }: ItemView): TemplateResult | typeof nothing {
  if (alert.change === 'new') return nothing;
  const at = alert.publishedAt ?? alert.createdAt;
  return html`
    <p class="change ${alert.change}">
      <strong>${changeName(alert.change, alert.lang)}</strong>
      <time datetime=${at} lang=${language} dir=${directionIn(language)}>${times.since(at, nowMs)}</time>
      ${alert.note === null ? nothing : html`<span class="note">${alert.note}</span>`}
    </p>
  `;
}

const storyOf = (alert: Alert): string => storyUrl(alert.url, alert.id, location.origin);
