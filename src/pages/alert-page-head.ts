import { titleOf } from '../alerts/naming.ts';
import { newsArticle } from './alert-page-article.ts';
import type { AlertPageInput, AlertView } from './alert-view.ts';
import { nameIn } from './common/identity.ts';
import { feedLinks } from './feeds/links.ts';
import { colourLink } from './house-style.ts';
import { html, type Html } from './html.ts';

/** What crawlers and link previews read (https://ogp.me). */
export function alertPageHead(input: AlertPageInput, view: AlertView): Html {
  const { versions, publicUrl } = input;
  const { alert, words, newsroom } = view;
  const name = nameIn(newsroom, view.lang);
  const retracted = alert.change === 'retraction';
  const title = titleOf(alert, view.lang);
  const about = (retracted ? (alert.note ?? words.retracted) : alert.body) ?? words.all;
  const address = `${publicUrl}/a/${alert.id}`;
  const picture = retracted ? null : alert.image;
  return html`
    <title>${title} · ${name}</title>
    <meta name="description" content="${about}" />
    <link rel="canonical" href="${retracted ? address : (alert.url ?? address)}" />
    ${feedLinks(publicUrl, undefined, name)}
    ${retracted ? html`<meta name="robots" content="noindex" />` : undefined}
    <meta property="og:type" content="article" />
    <meta property="og:site_name" content="${name}" />
    <meta property="og:title" content="${title}" />
    <meta property="og:description" content="${about}" />
    <meta property="og:url" content="${address}" />
    <meta property="og:locale" content="${alert.lang.replaceAll('-', '_')}" />
    <meta property="og:image" content="${picture ?? newsroom.logo ?? `${publicUrl}/icon-512.png`}" />
    ${picture !== null && alert.imageAlt ? html`<meta property="og:image:alt" content="${alert.imageAlt}" />` : undefined}
    ${colourLink(newsroom)}
    <meta property="article:published_time" content="${versions[0].publishedAt ?? alert.createdAt}" />
    <meta property="article:modified_time" content="${alert.publishedAt ?? alert.createdAt}" />
    <meta name="twitter:card" content="${picture === null ? 'summary' : 'summary_large_image'}" />
    ${newsArticle(input, view)}
  `;
}
