import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { Alert } from '../../alerts/schema.ts';
import { alertItem, type AlertItemView } from '../../pages/common/markup/alert-item.ts';
import { emptyList, loadingList, olderLink } from '../../pages/common/markup/reader-layout.ts';
import type { Times } from '../../pages/common/times.ts';
import type { Language } from '../../words/language.ts';
import { READER } from '../../words/reader-words.ts';
import { articleUrl } from '../common/article-url.ts';
import { SHARE } from './icons.ts';
import { inBrowser } from './in-browser.ts';
import type { News } from './news.ts';

interface ListView {
  readonly language: Language;
  readonly times: Times;
  readonly nowMs: number;
  readonly onOlder: (event: Event) => Promise<void>;
  readonly isUnread: (alertId: string) => boolean;
  readonly onShare: (alert: Alert) => Promise<void>;
}

/** The list of alerts, or why there is none. */
export function renderList(news: News, list: ListView): TemplateResult {
  const { alerts, topic, next } = news;
  const { language } = list;
  if (alerts.length === 0) return renderNothing(news, language);
  const view: AlertItemView = {
    ...list,
    topicName: (id) => news.config?.topics.find((known) => known.id === id)?.names[language] ?? id,
    articleOf: ({ url, id }) => articleUrl(url, id, location.origin),
    onPictureError: hide,
    more: (alert) =>
      html`<button
        class="share"
        type="button"
        aria-label=${`${READER[language].share}: ${alert.headline}`}
        @click=${() => list.onShare(alert)}
      >
        ${SHARE}
      </button>`,
  };
  return html`
    <ol class="alerts" role="list">
      ${repeat(
        alerts,
        ({ id }) => id,
        (alert, index) => alertItem(inBrowser, alert, view, index === 0),
      )}
    </ol>
    ${next === null ? nothing : olderLink(inBrowser, { language, topic, before: next, onClick: list.onOlder })}
  `;
}

function renderNothing(news: News, language: Language): TemplateResult {
  if (news.state === 'loading') return loadingList(inBrowser, language);
  if (news.state === 'ready') return emptyList(inBrowser, language);
  const text = READER[language];
  return html`
    <div class="empty" role="alert">
      <h3>${text.loadFailed}</h3>
      <p>${text.loadFailedMore}</p>
      <button type="button" @click=${() => news.hurry()}>${text.retry}</button>
    </div>
  `;
}

/** A picture that does not load leaves no empty box. */
function hide(event: Event): void {
  (event.target as HTMLElement).hidden = true;
}
