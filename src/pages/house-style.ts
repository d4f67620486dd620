import type { Router } from 'express';
import { route } from '../http/route.ts';
import { LANGUAGES } from '../words/language.ts';
import { READER } from '../words/reader-words.ts';
import { nameIn, OUR_COLOUR, type Identity } from './common/identity.ts';
import { html, type Html } from './html.ts';

const OUR_ICONS = [
  { src: '/icon-192.png', sizes: '192x192', type: 'image/png', purpose: 'any' },
  { src: '/icon-512.png', sizes: '512x512', type: 'image/png', purpose: 'any' },
  { src: '/icon-maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
  { src: '/icon.svg', sizes: 'any', type: 'image/svg+xml', purpose: 'any' },
];

/** The web app manifest (https://www.w3.org/TR/appmanifest/): the name and icon of the installed page. */
function manifestOf(identity: Identity): object {
  const [lang] = LANGUAGES;
  const name = nameIn(identity, lang);
  return {
    id: '/',
    name,
    short_name: name,
    description: READER[lang].tagline,
    lang,
    dir: 'rtl',
    start_url: '/',
    scope: '/',
    display: 'standalone',
    background_color: '#f6f4ef',
    theme_color: identity.colour ?? OUR_COLOUR,
    categories: ['news'],
    icons: identity.logo === null ? OUR_ICONS : [{ src: identity.logo, sizes: '192x192 512x512' }],
  };
}

/** The newsroom's colour in the place of ours (`src/web/styles/tokens.css`), and in the bar. Twice `:root`, to weigh more. */
function styleOf({ colour }: Identity): string {
  if (colour === null) return '';
  const onPaper = `color-mix(in srgb, ${colour}, #000 15%)`;
  return `:root:root {
  --red: ${colour};
  --red-deep: color-mix(in srgb, ${colour}, #000 24%);
  --red-text: ${onPaper};
  --red-wash: color-mix(in srgb, ${colour} 7%, #fff);
  --ajil-bar-color: ${colour};
  --ajil-bar-label-text: ${onPaper};
}
@media (prefers-color-scheme: dark) {
  :root:root {
    --red-text: color-mix(in srgb, ${colour} 35%, #fff);
    --red-wash: color-mix(in srgb, ${colour} 22%, #14120f);
  }
}
`;
}

/** The style sheet of the newsroom's colour, if it has one. The colour is in the address: another one is seen at once. */
export const colourLink = ({ colour }: Identity): Html | undefined =>
  colour === null ? undefined : html`<link rel="stylesheet" href="/newsroom.css?${colour.slice(1)}" />`;

/** Serves what follows the newsroom's settings besides the pages: manifest, colours, and the icon of notifications. */
export function serveHouseStyle(router: Router, identity: () => Promise<Identity>): void {
  route(router, '/manifest.webmanifest', {
    get: async (_request, response) => {
      response.set('Cache-Control', 'no-cache').type('application/manifest+json');
      response.send(JSON.stringify(manifestOf(await identity())));
    },
  });
  route(router, '/newsroom.css', {
    get: async (_request, response) => {
      response
        .set('Cache-Control', 'no-cache')
        .type('css')
        .send(styleOf(await identity()));
    },
  });
  // Push messages name this address, so that an alert's size does not depend on the newsroom's logo.
  router.get('/icon-192.png', async (_request, response, next) => {
    const { logo } = await identity();
    if (logo === null) next();
    else response.set('Cache-Control', 'public, max-age=300').redirect(302, logo);
  });
}
