import { createHash } from 'node:crypto';
import { changeName, labelName } from '../alerts/naming.ts';
import type { Alert } from '../alerts/schema.ts';
import { BAR_STYLE } from './common/bar-style.ts';
import { ageOf, labelOf } from './common/bar-words.ts';
import { DATA_BLOCK, isBreaking, type FrontPageData } from './common/front-page-data.ts';
import { directionIn, otherLanguage, type Language } from '../words/language.ts';
import { CARD, READER } from '../words/reader-words.ts';
import { timesIn, type Times } from './common/times.ts';
import type { PageParts } from './alert-page.ts';
import { dataBlock, html, type Html } from './html.ts';

/** For `style-src`: the bar stands in a shadow of its own, with its style, before any script has run. */
export const BAR_STYLE_SOURCE = `'sha256-${createHash('sha256').update(BAR_STYLE).digest('base64')}'`;

/** Not a letter more than the hash is of. */
const STYLE: Html = { markup: `<style>${BAR_STYLE}</style>` };

export interface FrontPageInput {
  readonly language: Language;
  readonly publicUrl: string;
  /** Undefined while the store is away: the page then says that it is loading, and its script keeps trying. */
  readonly data: FrontPageData | undefined;
  /** What the reader's browser remembers. */
  readonly card: string | undefined;
  readonly closed: string | undefined;
}

interface View {
  readonly language: Language;
  readonly dir: 'ltr' | 'rtl';
  readonly times: Times;
}

/** The reader page, whole without scripts. Its script (`src/web/reader/page.ts`) writes the same elements. */
export function frontPage(input: FrontPageInput): PageParts {
  const { language, data } = input;
  const text = READER[language];
  const view: View = {
    language,
    dir: directionIn(language),
    times: timesIn(language, 'UTC'),
  };
  return {
    lang: language,
    dir: view.dir,
    head: html`
      <title>${text.title}</title>
      <meta name="description" content="${text.description}" />
      <link rel="canonical" href="${input.publicUrl}/" />
      <meta property="og:type" content="website" />
      <meta property="og:site_name" content="${text.title}" />
      <meta property="og:title" content="${text.title}" />
      <meta property="og:description" content="${text.description}" />
      <meta property="og:image" content="${input.publicUrl}/icon-512.png" />
    `,
    body: html`
      <ajil-reader>
        <a class="skip" href="#news">${text.skip}</a>
        ${bar(input)} ${masthead(view, data?.nowMs)} ${data === undefined ? undefined : sections(data, view)}
        <div class="columns">
          <ajil-notifications>${card(input)}</ajil-notifications>
          <main id="news" tabindex="-1">
            <h2 class="visually-hidden">${text.latest}</h2>
            <p class="notice-place" role="status"></p>
            ${data === undefined ? waiting(language) : list(data, view)}
          </main>
        </div>
        <footer><p>${text.footer}</p></footer>
      </ajil-reader>
      <noscript><p class="noscript">${text.noScript}</p></noscript>
      ${data === undefined ? undefined : dataBlock(DATA_BLOCK, data)}
    `,
  };
}

/** In a declarative shadow root (HTML, section 4.12.3): as the element makes it, and whole where no script runs. */
function bar({ data, closed = '', publicUrl }: FrontPageInput): Html {
  const alert = data?.breaking.find(({ id }) => id > closed);
  if (data === undefined || alert === undefined) return html`<ajil-bar></ajil-bar>`;
  return html`<ajil-bar line="page" position="sticky">
    <template shadowrootmode="open">
      ${STYLE}
      <div class="frame open">
        <div class="clip">
          <div
            class="bar ${alert.change} ${alert.dir}"
            part="bar"
            role="region"
            aria-label="${labelOf(alert, () => null)}"
            lang="${alert.lang}"
            dir="${alert.dir}"
          >
            <div class="inside">
              <div class="news">
                <p class="label" part="label">${labelOf(alert, () => null)}</p>
                <p class="text">
                  <a class="headline" href="${alert.url ?? `${publicUrl}/a/${alert.id}`}"
                    >${alert.headline}</a
                  >
                  ${alert.note === null ? undefined : html`<span class="note">${alert.note}</span>`}
                </p>
              </div>
              <time class="age" datetime="${alert.publishedAt ?? alert.createdAt}"
                >${ageOf(alert, data.nowMs)}</time
              >
              <span class="close"></span>
            </div>
          </div>
        </div>
      </div>
    </template>
  </ajil-bar>`;
}

function masthead({ language, times }: View, nowMs: number | undefined): Html {
  const text = READER[language];
  const other = otherLanguage(language);
  return html`
    <header class="masthead">
      <div class="masthead-inside">
        <a class="brand" href="/">
          <img src="/icon.svg" alt="" width="44" height="44" />
          <h1>${text.title}</h1>
        </a>
        <p class="tagline">
          ${text.tagline}<br /><span class="day">${nowMs === undefined ? undefined : times.day(nowMs)}</span>
        </p>
        <span class="line connecting">${text.connecting}</span>
        <a class="language" href="/?lang=${other}" lang="${other}" hreflang="${other}"
          >${text.otherLanguage}</a
        >
      </div>
    </header>
  `;
}

function sections({ config, topic }: FrontPageData, { language }: View): Html {
  const text = READER[language];
  const section = (id: string | null, name: string): Html => html`
    <li>
      <a href="${id === null ? '/' : `/?topic=${id}`}" ${id === topic ? html`aria-current="page"` : undefined}
        >${name}</a
      >
    </li>
  `;
  return html`
    <nav class="sections" aria-label="${text.sections}">
      <ul role="list">
        ${section(null, text.everything)}
        ${config.topics.map(({ id, names }) => section(id, names[language] ?? id))}
      </ul>
    </nav>
  `;
}

/** As the card is at first. Only scripts can turn notifications on, so the style hides it where there are none. */
function card({ card, language, data }: FrontPageInput): Html | undefined {
  const text = CARD[language];
  if (data === undefined) return undefined;
  if (card === 'later') {
    return html`<aside>
      <button class="reopen" type="button"><svg class="icon"></svg> ${text.reopen}</button>
    </aside>`;
  }
  const on = card === 'on';
  const { topics } = data.config;
  const names = topics.filter((topic) => topic.default).map(({ names, id }) => names[language] ?? id);
  return html`
    <aside class="card ${on ? 'on' : ''}">
      <div class="card-head">
        <svg class="icon"></svg>
        <h2>${on ? text.on : text.ask}</h2>
      </div>
      <p class="quiet">${on ? text.onMore : text.askMore}</p>
      <form>
        <details>
          <summary>
            <span>${text.choices}</span>
            <span class="chosen">${new Intl.ListFormat(language).format(names)}</span>
          </summary>
        </details>
        <div class="buttons">
          <button class="main" type="button">${on ? text.save : text.yes}</button>
          <button type="button">${on ? text.turnOff : text.later}</button>
        </div>
        <p class="message"></p>
      </form>
    </aside>
  `;
}

function waiting(language: Language): Html {
  return html`<div class="empty" aria-busy="true">
    <span class="visually-hidden">${READER[language].loading}</span><i></i><i></i><i></i>
  </div>`;
}

function list({ alerts, next, topic, config, nowMs }: FrontPageData, view: View): Html {
  const text = READER[view.language];
  if (alerts.length === 0) {
    return html`<div class="empty">
      <h3>${text.none}</h3>
      <p>${text.noneMore}</p>
    </div>`;
  }
  const name = (id: string): string =>
    config.topics.find((known) => known.id === id)?.names[view.language] ?? id;
  const older = new URLSearchParams({ ...(topic === null ? {} : { topic }), before: next ?? '' });
  return html`
    <ol class="alerts" role="list">
      ${alerts.map((alert, index) => item(alert, view, { nowMs, name, lead: index === 0 }))}
    </ol>
    ${next === null ? undefined : html`<a class="more" href="/?${String(older)}">${text.more}</a>`}
  `;
}

function item(
  alert: Alert,
  { language, times, dir }: View,
  more: { nowMs: number; name: (topic: string) => string; lead: boolean },
): Html {
  const { nowMs, name, lead } = more;
  const retracted = alert.change === 'retraction';
  const at = alert.publishedAt ?? alert.createdAt;
  return html`
    <li>
      <article class="alert ${lead ? 'lead' : ''} ${retracted ? 'retracted' : ''} ${alert.urgency}">
        <p class="alert-meta">
          ${
            alert.change === 'new' && isBreaking(alert, nowMs)
              ? html`<span class="label">${labelName(alert, language, false)}</span>`
              : undefined
          }
          <a class="permalink" href="/a/${alert.id}">
            <time datetime="${alert.createdAt}">${times.since(alert.createdAt, nowMs)}</time>
          </a>
          ${alert.topics.map((topic) => html`<span class="topic">${name(topic)}</span>`)}
        </p>
        <div lang="${alert.lang}" dir="${alert.dir}">
          <h3>
            ${
              retracted
                ? html`<del>${alert.headline}</del>`
                : html`<a href="${alert.url ?? `/a/${alert.id}`}">${alert.headline}</a>`
            }
          </h3>
          ${
            alert.change === 'new'
              ? undefined
              : html`<p class="change ${alert.change}">
                  <strong>${changeName(alert.change, alert.lang)}</strong>
                  <time datetime="${at}" lang="${language}" dir="${dir}">${times.since(at, nowMs)}</time>
                  ${alert.note === null ? undefined : html`<span class="note">${alert.note}</span>`}
                </p>`
          }
          ${
            alert.image === null || retracted
              ? undefined
              : html`<img
                  src="${alert.image}"
                  alt=""
                  referrerpolicy="no-referrer"
                  ${lead ? undefined : html`loading="lazy"`}
                />`
          }
          ${alert.body === null || retracted ? undefined : html`<p class="alert-body">${alert.body}</p>`}
        </div>
      </article>
    </li>
  `;
}
