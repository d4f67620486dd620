import { changeName, labelName } from '../../../alerts/naming.ts';
import type { Alert } from '../../../alerts/schema.ts';
import { directionIn, type Language } from '../../../words/language.ts';
import { READER } from '../../../words/reader-words.ts';
import { isBreaking } from '../front-page-data.ts';
import type { Times } from '../times.ts';
import type { Template } from './template.ts';

export interface AlertItemView {
  readonly language: Language;
  readonly times: Times;
  readonly nowMs: number;
  readonly topicName: (id: string) => string;
  /** Where the headline leads. */
  readonly articleOf: (alert: Alert) => string;
  readonly onPictureError?: (event: Event) => void;
  /** Only with scripts: whether the reader has not seen it, and what can be done with it. */
  readonly isUnread?: (alertId: string) => boolean;
  readonly more?: (alert: Alert) => unknown;
}

/** One alert of the list. @param lead the newest, which is given more room */
export function alertItem<T>(template: Template<T>, alert: Alert, view: AlertItemView, lead: boolean): T {
  const { html, nothing } = template;
  const { times, nowMs } = view;
  const retracted = alert.change === 'retraction';
  const createdAgo = times.since(alert.createdAt, nowMs);
  const unread = view.isUnread?.(alert.id) === true;
  return html`
    <li data-alert="${alert.id}">
      <article
        class="alert ${lead ? 'lead' : ''} ${retracted ? 'retracted' : ''} ${alert.urgency} ${unread ? 'unread' : ''}"
      >
        <p class="alert-meta">
          ${unread ? html`<span class="unread-mark">${READER[view.language].unread}</span>` : nothing}
          ${
            alert.change === 'new' && isBreaking(alert, nowMs)
              ? html`<span class="label">${labelName(alert, view.language, false)}</span>`
              : nothing
          }
          <a class="permalink" href="/a/${alert.id}" title="${READER[view.language].permalink}">
            <time datetime="${alert.createdAt}" title="${times.full(alert.createdAt)}">${createdAgo}</time>
          </a>
          ${alert.topics.map((topic) => html`<span class="topic">${view.topicName(topic)}</span>`)}
          ${view.more?.(alert) ?? nothing}
        </p>
        <div lang="${alert.lang}" dir="${alert.dir}">
          <h3>
            ${
              retracted
                ? html`<del>${alert.headline}</del>`
                : html`<a href="${view.articleOf(alert)}">${alert.headline}</a>`
            }
          </h3>
          ${changeOf(template, alert, view)}
          ${
            alert.image === null || retracted
              ? nothing
              : html`<img
                  src="${alert.image}"
                  alt="${alert.imageAlt ?? ''}"
                  loading="${lead ? 'eager' : 'lazy'}"
                  referrerpolicy="no-referrer"
                  @error=${view.onPictureError}
                />`
          }
          ${alert.body === null || retracted ? nothing : html`<p class="alert-body">${alert.body}</p>`}
        </div>
      </article>
    </li>
  `;
}

/** Why there is another version, and since when. */
function changeOf<T>(
  { html, nothing }: Template<T>,
  alert: Alert,
  { times, nowMs, language }: AlertItemView,
): unknown {
  if (alert.change === 'new') return nothing;
  const at = alert.publishedAt ?? alert.createdAt;
  return html`
    <p class="change ${alert.change}">
      <strong>${changeName(alert.change, alert.lang)}</strong>
      <time datetime="${at}" lang="${language}" dir="${directionIn(language)}"
        >${times.since(at, nowMs)}</time
      >
      ${alert.note === null ? nothing : html`<span class="note">${alert.note}</span>`}
    </p>
  `;
}
