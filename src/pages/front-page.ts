import { directionIn, type Language } from '../words/language.ts';
import { READER } from '../words/reader-words.ts';
import type { PageParts } from './page-parts.ts';
import { DATA_BLOCK, type FrontPageData } from './common/front-page-data.ts';
import { alertItem, type AlertItemView } from './common/markup/alert-item.ts';
import { masthead } from './common/markup/masthead.ts';
import { emptyList, loadingList, olderLink, readerLayout } from './common/markup/reader-layout.ts';
import { sections } from './common/markup/sections.ts';
import { nameIn, OUR_COLOUR, OURS } from './common/identity.ts';
import { timesIn, type Times } from './common/times.ts';
import { feedLinks } from './feeds/links.ts';
import { frontBar } from './front-bar.ts';
import { frontCard } from './front-card.ts';
import { colourLink } from './house-style.ts';
import { dataBlock, html, onServer, type Html } from './html.ts';

export interface FrontPageInput {
  readonly language: Language;
  readonly publicUrl: string;
  /** Undefined while the store is away: the page then says that it is loading, and its script keeps trying. */
  readonly data: FrontPageData | undefined;
  /** The browser's memory of the reader (`common/memory.ts`). */
  readonly card: string | undefined;
  readonly closed: string | undefined;
}

/** The reader page, whole without scripts. Its script (`src/web/reader/page.ts`) writes the same elements. */
export function frontPage(input: FrontPageInput): PageParts {
  const { language, data, publicUrl } = input;
  const text = READER[language];
  const newsroom = data?.config.newsroom ?? OURS;
  const name = nameIn(newsroom, language);
  const times = timesIn(language, 'UTC');
  const topic = data?.topic ?? undefined;
  const layout = readerLayout(onServer, language, {
    bar: frontBar(data, input.closed ?? '', publicUrl),
    masthead: masthead(onServer, {
      language,
      newsroom,
      day: data === undefined ? '' : times.day(data.nowMs),
      line: 'connecting',
    }),
    sections:
      data === undefined
        ? undefined
        : sections(onServer, { language, topics: data.config.topics, chosen: data.topic ?? undefined }),
    card: html`<ajil-notifications
      >${data === undefined ? undefined : frontCard(data.config, language, input.card)}</ajil-notifications
    >`,
    notice: undefined,
    list: data === undefined ? loadingList(onServer, language) : list(data, language, times),
  });
  return {
    lang: language,
    dir: directionIn(language),
    colour: newsroom.colour ?? OUR_COLOUR,
    head: html`
      <title>${name}</title>
      <meta name="description" content="${text.description}" />
      <link rel="canonical" href="${publicUrl}${topic === undefined ? '/' : `/topics/${topic}`}" />
      ${feedLinks(publicUrl, topic, name)}
      <meta property="og:type" content="website" />
      <meta property="og:site_name" content="${name}" />
      <meta property="og:title" content="${name}" />
      <meta property="og:description" content="${text.description}" />
      <meta property="og:image" content="${newsroom.logo ?? `${publicUrl}/icon-512.png`}" />
      ${colourLink(newsroom)}
    `,
    body: html`
      <ajil-reader>${layout}</ajil-reader>
      <noscript><p class="noscript">${text.noScript}</p></noscript>
      ${data === undefined ? undefined : dataBlock(DATA_BLOCK, data)}
    `,
  };
}

function list({ alerts, next, topic, config, nowMs }: FrontPageData, language: Language, times: Times): Html {
  if (alerts.length === 0) return emptyList(onServer, language);
  const view: AlertItemView = {
    language,
    times,
    nowMs,
    topicName: (id) => config.topics.find((known) => known.id === id)?.names[language] ?? id,
    articleOf: ({ url, id }) => url ?? `/a/${id}`,
  };
  return html`
    <ol class="alerts" role="list">
      ${alerts.map((alert, index) => alertItem(onServer, alert, view, index === 0))}
    </ol>
    ${next === null ? undefined : olderLink(onServer, { language, topic: topic ?? undefined, before: next })}
  `;
}
