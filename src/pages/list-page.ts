import type { Alert } from '../alerts/schema.ts';
import type { Topic } from '../audience/topics.ts';
import { directionIn, inLanguage, LANGUAGES, otherLanguage, type Language } from '../words/language.ts';
import { LIST_PAGE } from '../words/words.ts';
import { nameIn, OUR_COLOUR, type Identity } from './common/identity.ts';
import { alertItem, type AlertItemView } from './common/markup/alert-item.ts';
import { sections } from './common/markup/sections.ts';
import { timesIn } from './common/times.ts';
import { feedLinks } from './feeds/links.ts';
import { colourLink } from './house-style.ts';
import { html, onServer, type Html } from './html.ts';
import { pageFrame } from './page-frame.ts';
import type { PageParts } from './page-parts.ts';

interface Way {
  readonly rel: 'prev' | 'next' | undefined;
  readonly path: string;
  readonly name: string;
}

/** A page that lists alerts: of a topic, or of a day. */
export interface ListPageInput {
  readonly language: Language;
  readonly newsroom: Identity;
  readonly publicUrl: string;
  readonly topics: readonly Topic[];
  /** The topic that it is of; undefined: all. */
  readonly topic: string | undefined;
  readonly title: string;
  readonly description: string;
  /** Its own path, with what tells it from other pages, but without the language. */
  readonly path: string;
  readonly alerts: readonly Alert[];
  /** Under the title. */
  readonly note?: string;
  /** Ways to the pages beside this one: their paths, without the language. */
  readonly ways: readonly Way[];
  readonly nowMs: number;
}

/** Whole without scripts, and the same for everybody: its times are in UTC until its script writes them in the reader's zone. */
export function listPage(input: ListPageInput): PageParts {
  const { language, newsroom, alerts, topics, topic, ways } = input;
  const words = LIST_PAGE[language];
  const nav = sections(onServer, {
    language,
    topics,
    chosen: topic,
    hrefOf: (id) => inLanguage(id === undefined ? '/archive' : `/topics/${id}`, language),
  });
  const main = html`
    <main>
      <h1>${input.title}</h1>
      ${input.note === undefined ? undefined : html`<p class="note">${input.note}</p>`}
      <h2 class="visually-hidden">${words.headlines}</h2>
      ${alerts.length === 0 ? html`<p class="empty">${words.noNews}</p>` : list(input)}
      ${
        ways.length === 0
          ? undefined
          : html`<nav class="ways" aria-label="${words.days}">
              ${ways.map(({ rel, path, name }) => onServer.html`<a rel=${rel} href="${inLanguage(path, language)}">${name}</a>`)}
            </nav>`
      }
      <p class="ways">
        <a href="${inLanguage('/archive', language)}">${words.archive}</a>
        <a href="/feeds/${topic ?? 'all'}.rss">${words.feed}</a>
        <a
          href="${inLanguage(input.path, otherLanguage(language))}"
          hreflang="${otherLanguage(language)}"
          lang="${otherLanguage(language)}"
          dir="${directionIn(otherLanguage(language))}"
          >${LIST_PAGE[otherLanguage(language)].inThisLanguage}</a
        >
      </p>
    </main>
  `;
  return {
    lang: language,
    dir: directionIn(language),
    colour: newsroom.colour ?? OUR_COLOUR,
    head: head(input),
    body: pageFrame({ lang: language, newsroom }, main, nav),
  };
}

function head(input: ListPageInput): Html {
  const { language, newsroom, publicUrl, title, description, path, ways } = input;
  const name = nameIn(newsroom, language);
  const address = (to: Language): string => publicUrl + inLanguage(path, to);
  return html`
    <title>${title} · ${name}</title>
    <meta name="description" content="${description}" />
    <link rel="canonical" href="${address(language)}" />
    ${LANGUAGES.map((to) => html`<link rel="alternate" hreflang="${to}" href="${address(to)}" />`)}
    ${ways.flatMap(({ rel, path: to }) =>
      rel === undefined ? [] : html`<link rel="${rel}" href="${publicUrl + inLanguage(to, language)}" />`,
    )}
    ${feedLinks(publicUrl, input.topic, title)}
    ${input.alerts.length === 0 ? html`<meta name="robots" content="noindex" />` : undefined}
    <meta property="og:type" content="website" />
    <meta property="og:site_name" content="${name}" />
    <meta property="og:title" content="${title}" />
    <meta property="og:description" content="${description}" />
    <meta property="og:url" content="${address(language)}" />
    <meta property="og:image" content="${newsroom.logo ?? `${publicUrl}/icon-512.png`}" />
    ${colourLink(newsroom)}
  `;
}

function list({ language, topics, alerts, nowMs }: ListPageInput): Html {
  const times = timesIn(language, 'UTC');
  const view: AlertItemView = {
    language,
    // Of "three minutes ago" a cache would make a lie.
    times: { ...times, since: (iso) => times.full(iso) },
    nowMs,
    topicName: (id) => topics.find((known) => known.id === id)?.names[language] ?? id,
    articleOf: ({ url, id }) => url ?? `/a/${id}`,
  };
  return html`<ol class="alerts" role="list">
    ${alerts.map((alert) => alertItem(onServer, alert, view, false))}
  </ol>`;
}
