import { convert, type HtmlToTextOptions } from 'html-to-text';

/** So much of a text is read, UTF-16 units: a teaser needs less, and deep nesting costs the parser the square of its depth. */
const READ = 16_000;
const MARKUP = /<[a-z!/][^<>]*>|&(?:#\d+|#x[0-9a-f]+|[a-z]+\d*);/i;

const OPTIONS: HtmlToTextOptions = {
  wordwrap: false,
  limits: { maxDepth: 60 },
  selectors: [
    { selector: 'a', options: { ignoreHref: true } },
    { selector: 'img', format: 'skip' },
    { selector: 'figure', format: 'skip' },
    { selector: 'table', format: 'skip' },
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({ selector, options: { uppercase: false } })),
  ],
};

/** The text of HTML; text without markup stays as it is. Agencies put either into fields of any name. */
export function htmlText(source: string): string {
  const start = source.slice(0, READ);
  return (MARKUP.test(start) ? convert(start, OPTIONS) : start).trim();
}
