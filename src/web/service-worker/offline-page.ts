import { directionIn, isLanguage, LANGUAGES } from '../../words/language.ts';
import { OFFLINE } from '../../words/words.ts';
import { readNotes, readVisit, type Note } from '../subscription/notes.ts';

/** How often the page looks whether the network is back, ms. Browsers do not always say so. */
const LOOK_EVERY_MS = 20_000;
const MOST_SHOWN = 10;

const SCRIPT = `
const again = () => fetch(location.href, { method: 'HEAD', cache: 'no-store' })
  .then(({ ok }) => ok && location.reload()).catch(() => undefined);
addEventListener('online', again);
setInterval(again, ${LOOK_EVERY_MS});`;

const STYLE = `
:root { color-scheme: light dark; font-family: 'IBM Plex Sans Arabic', 'Noto Sans Arabic', 'Segoe UI', Tahoma, system-ui, sans-serif; }
body { max-inline-size: 40rem; margin: 0 auto; padding: 2rem 1.25rem; line-height: 1.7; overflow-wrap: anywhere; background: #f6f4ef; color: #1a1613; }
h1 { font-size: 1.5rem; margin: 0; }
h2 { font-size: 1rem; margin: 2rem 0 .25rem; }
ul { margin: 0; padding: 0; list-style: none; }
li { padding-block: .6rem; border-block-end: 1px solid #e2dcd1; }
time, .none { color: #625b51; font-size: .875rem; }
a { color: inherit; }
.again { display: inline-block; margin-block-start: .75rem; padding: .5rem 1.4rem; border-radius: .5rem; background: #b3121d; color: #fff; font-weight: 700; text-decoration: none; }
@media (prefers-color-scheme: dark) {
  body { background: #131210; color: #f3efe8; }
  li { border-color: #37332c; }
  time, .none { color: #b0a899; }
}`;

/**
 * The page for a reader without a network, in the language of the last visit: what this device was told last, and a try
 * again. Text that came from outside is escaped, and the policy lets nothing run but our script.
 * @param url the page that was asked for
 */
export async function offlinePage(url: string): Promise<Response> {
  const [notes, visit] = await Promise.all([readNotes(), readVisit()]);
  const language = isLanguage(visit?.language) ? visit.language : LANGUAGES[0];
  const words = OFFLINE[language];
  const nonce = crypto.randomUUID();
  const time = new Intl.DateTimeFormat(language === 'ar' ? 'ar-u-nu-latn' : 'en-GB', {
    dateStyle: 'medium',
    timeStyle: 'short',
  });
  const item = ({ title, lang, dir, url: address, atMs }: Note): string =>
    `<li><a href="${escape(address)}" lang="${escape(lang)}" dir="${escape(dir)}">${escape(title)}</a><br />
      <time>${escape(time.format(atMs))}</time></li>`;
  const body = `<!doctype html>
<html lang="${language}" dir="${directionIn(language)}">
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<title>${words.title}</title>
<style nonce="${nonce}">${STYLE}</style>
<script nonce="${nonce}" type="module">${SCRIPT}</script>
</head>
<body>
<main>
<h1>${words.title}</h1>
<p>${words.more}</p>
<a class="again" href="${escape(url)}">${words.again}</a>
<h2>${words.last}</h2>
${notes.length === 0 ? `<p class="none">${words.nothing}</p>` : `<ul>${notes.slice(0, MOST_SHOWN).map(item).join('')}</ul>`}
</main>
</body>
</html>`;
  const policy = `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; connect-src 'self'; base-uri 'none'`;
  return new Response(body, {
    status: 503,
    headers: { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': policy },
  });
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};
const escape = (text: string): string => text.replaceAll(/[&<>"]/g, (letter) => ENTITIES[letter] ?? '');
