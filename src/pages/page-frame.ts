import { ALERT_PAGE } from '../words/words.ts';
import { nameIn, OUR_LOGO, type Identity } from './common/identity.ts';
import { html, type Html } from './html.ts';
import type { PageLanguage } from './page-parts.ts';

/** What stands around the content of every page but the front page. @param below the masthead, if anything */
export function pageFrame(
  { lang, newsroom }: { readonly lang: PageLanguage; readonly newsroom: Identity },
  main: Html,
  below?: Html,
): Html {
  const words = ALERT_PAGE[lang];
  return html`
    <header class="masthead">
      <div class="masthead-inside">
        <a class="brand" href="${newsroom.homeUrl ?? '/'}"
          ><img src="${newsroom.logo ?? OUR_LOGO}" alt="" width="44" height="44" /><b
            >${nameIn(newsroom, lang)}</b
          ></a
        >
        <a class="all" href="/">${words.all}</a>
      </div>
    </header>
    ${below} ${main}
    <footer>
      <p>${words.invite} <a href="/">${words.turnOn}</a></p>
    </footer>
    <p class="visually-hidden" role="status"></p>
  `;
}
