import { feedUrl, type FeedFormat } from '../../alerts/feed.ts';
import { html, type Html } from '../html.ts';

const OFFERED: readonly (readonly [FeedFormat, string])[] = [
  ['rss', 'application/rss+xml'],
  ['atom', 'application/atom+xml'],
  ['json', 'application/feed+json'],
];

/** By these a program finds the feeds of a page (RSS Autodiscovery). @param topic undefined: all */
export const feedLinks = (publicUrl: string, topic: string | undefined, title: string): Html =>
  html`${OFFERED.map(
    ([format, type]) =>
      html`<link
        rel="alternate"
        type="${type}"
        title="${title}"
        href="${feedUrl(publicUrl, { topic: topic ?? null, lang: undefined, format })}"
      />`,
  )}`;
