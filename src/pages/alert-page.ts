import { changeName, labelName } from '../alerts/naming.ts';
import { directionOf } from '../alerts/language.ts';
import type { Alert } from '../alerts/schema.ts';
import { ALERT_PAGE } from '../words/words.ts';
import { OUR_COLOUR, type Identity } from './common/identity.ts';
import { timesIn } from './common/times.ts';
import { alertPageHead } from './alert-page-head.ts';
import type { AlertPageInput, AlertView } from './alert-view.ts';
import { storySection } from './alert-story.ts';
import { colourLink } from './house-style.ts';
import { html, type Html } from './html.ts';
import { pageFrame } from './page-frame.ts';
import { pageLanguage, type PageLanguage, type PageParts } from './page-parts.ts';

/** An alert's own page: whole without scripts, readable for crawlers and link previews. */
export function alertPage(input: AlertPageInput): PageParts {
  const alert = input.versions.at(-1) ?? input.versions[0];
  const lang = pageLanguage(alert.lang);
  const view: AlertView = { alert, lang, newsroom: input.newsroom, words: ALERT_PAGE[lang] };
  return {
    lang,
    dir: directionOf(lang),
    colour: input.newsroom.colour ?? OUR_COLOUR,
    head: alertPageHead(input, view),
    body: pageFrame(view, article(input, view)),
  };
}

/** The page for an address that leads nowhere. */
export function missingPage(lang: PageLanguage, newsroom: Identity): PageParts {
  const words = ALERT_PAGE[lang];
  const body = html`
    <main class="missing">
      <h1>${words.missing}</h1>
      <p>${words.missingMore}</p>
      <a class="button" href="/">${words.all}</a>
    </main>
  `;
  return {
    lang,
    dir: directionOf(lang),
    colour: newsroom.colour ?? OUR_COLOUR,
    head: html`<title>${words.missing}</title
      ><meta name="robots" content="noindex" />${colourLink(newsroom)}`,
    body: pageFrame({ lang, newsroom }, body),
  };
}

function article(input: AlertPageInput, view: AlertView): Html {
  const { alert, lang, words } = view;
  const retracted = alert.change === 'retraction';
  const names = new Map(input.topics.map((topic) => [topic.id, topic.names]));
  return html`
    <main
      data-alert="${alert.id}"
      data-version="${alert.version}"
      data-announced="${alert.inPlaceOf?.version ?? alert.version}"
    >
      <article class="alert lead ${alert.change}">
        <p class="alert-meta">
          ${label(input, view)}
          ${alert.topics.map((id) => html`<span class="topic">${names.get(id)?.[lang] ?? names.get(id)?.['en'] ?? id}</span>`)}
          ${time(input.versions[0].publishedAt ?? alert.createdAt, lang)}
        </p>
        <div lang="${alert.lang}" dir="${alert.dir}">
          <h1>${retracted ? html`<del>${alert.headline}</del>` : alert.headline}</h1>
        </div>
        ${change(view)}
        <div lang="${alert.lang}" dir="${alert.dir}">
          ${alert.image === null || retracted ? undefined : picture(alert, alert.image)}
          ${alert.body === null || retracted ? undefined : html`<p class="alert-body">${alert.body}</p>`}
        </div>
        ${
          alert.url === null || retracted
            ? undefined
            : html`<a class="button" href="${alert.url}">${words.article}</a>`
        }
      </article>
      ${input.story === undefined ? undefined : storySection(input.story, view)}
      ${input.versions.length > 1 ? history(input.versions, view) : undefined}
    </main>
  `;
}

/** Alerts that were stored by an earlier release have no texts of a picture. */
function picture({ imageAlt, imageCaption, imageCredit }: Alert, image: string): Html {
  const img = html`<img src="${image}" alt="${imageAlt ?? ''}" referrerpolicy="no-referrer" />`;
  if (!imageCaption && !imageCredit) return img;
  const credit = imageCredit ? html` <small>${imageCredit}</small>` : undefined;
  return html`<figure>
    ${img}
    <figcaption>${imageCaption ?? ''}${credit}</figcaption>
  </figure>`;
}

/** The page's script replaces the word for breaking news when the alert expires. */
function label({ nowMs }: AlertPageInput, { alert, lang }: AlertView): Html {
  const { urgency } = alert;
  const change = alert.change === 'retraction' ? 'retraction' : 'new';
  const now = labelName({ change, urgency }, lang, Date.parse(alert.expiresAt) <= nowMs);
  const later = labelName({ change, urgency }, lang, true);
  if (now === later) return html`<span class="label ${change === 'new' ? 'quiet' : ''}">${now}</span>`;
  return html`<span class="label" data-expires="${alert.expiresAt}" data-later="${later}">${now}</span>`;
}

function change({ alert, lang, words }: AlertView): Html | undefined {
  if (alert.change === 'new') return undefined;
  return html`
    <div class="change ${alert.change}">
      <p>
        <strong>${alert.change === 'retraction' ? words.retracted : changeName(alert.change, lang)}</strong>
      </p>
      ${alert.note === null ? undefined : html`<p class="note" lang="${alert.lang}" dir="${alert.dir}">${alert.note}</p>`}
      ${time(alert.publishedAt ?? alert.createdAt, lang)}
    </div>
  `;
}

/** Newest version first. A headline that a correction or retraction took back is struck through. */
function history(versions: readonly Alert[], { lang, words }: AlertView): Html {
  const items = versions.map((version, index) => {
    const told = index === 0 || versions[index - 1]?.headline !== version.headline;
    const later = versions.slice(index + 1);
    const takenBack = later.some(
      ({ change, headline }) =>
        change === 'retraction' || (change === 'correction' && headline !== version.headline),
    );
    const headline = takenBack ? html`<del>${version.headline}</del>` : version.headline;
    return html`
      <li>
        <p class="alert-meta">
          <b>${version.change === 'new' ? words.first : changeName(version.change, lang)}</b>
          ${time(version.publishedAt ?? version.createdAt, lang)}
        </p>
        <div lang="${version.lang}" dir="${version.dir}">
          ${version.note === null ? undefined : html`<p class="note">${version.note}</p>`}
          ${told ? html`<p>${headline}</p>` : undefined}
        </div>
      </li>
    `;
  });
  return html`
    <section class="history">
      <h2>${words.history}</h2>
      <ol role="list">
        ${items.toReversed()}
      </ol>
    </section>
  `;
}

/** In UTC, with the zone's name. The page's script writes it again in the reader's time zone. */
function time(at: string, lang: PageLanguage): Html {
  return html`<time datetime="${at}">${timesIn(lang, 'UTC').full(at)}</time>`;
}
