/**
 * The bar's look. A constructed sheet needs no `style-src` of the host page. Important declarations on `:host` win over all
 * rules of the page (CSS Cascade 4, section 6.1), so the page's style does not reach the bar. Custom properties do: a site
 * fits the bar to its style by them.
 */
export const BAR_STYLE = `
:host {
  all: initial !important;
  display: block !important;
  font: 500 medium/1.5 var(--ajil-bar-font, 'IBM Plex Sans Arabic', 'Noto Sans Arabic', 'Noto Kufi Arabic', 'Segoe UI', Tahoma, system-ui, sans-serif) !important;
  position: relative !important;
  z-index: var(--ajil-bar-layer, 1000) !important;
}
:host([position='sticky']) {
  position: sticky !important;
  inset-block-start: var(--ajil-bar-offset, 0px) !important;
}
:host([position='bottom']) {
  position: fixed !important;
  inset: auto 0 0 !important;
}
* { box-sizing: border-box; }
.frame {
  display: grid;
  grid-template-rows: 0fr;
  transition: grid-template-rows .32s cubic-bezier(.2, .7, .2, 1);
}
.frame.open { grid-template-rows: 1fr; }
.frame.over { position: absolute; inset-inline: 0; inset-block-start: 0; transition: none; }
:host([position='bottom']) .frame.over { position: static; }
/* By the room that the bar has, not by the window: it may stand in a narrow column. */
.clip { min-block-size: 0; overflow: hidden; container-type: inline-size; }
.bar {
  --red: var(--ajil-bar-color, #b3121d);
  position: relative;
  padding-block-start: var(--ajil-bar-inset, 0px);
  background: var(--red);
  color: var(--ajil-bar-text, #fff);
  /* The white label must end somewhere on a white page. */
  border-block-end: 3px solid color-mix(in srgb, var(--red), #000 28%);
}
.bar.retraction { --red: var(--ajil-bar-retraction-color, #3b3733); }
.inside {
  display: flex;
  align-items: stretch;
  max-inline-size: var(--ajil-bar-width, 80rem);
  margin-inline: auto;
}
.news {
  flex: 1;
  display: flex;
  align-items: stretch;
  min-inline-size: 0;
}
.label {
  flex: none;
  display: flex;
  align-items: center;
  gap: .5em;
  max-inline-size: 40%;
  margin: 0;
  padding: .5em 1.7em .5em 1.15em;
  background: var(--ajil-bar-label-color, #fff);
  color: var(--ajil-bar-label-text, #a50f1a);
  font-weight: 800;
  font-size: 1.0625em;
  line-height: 1.35;
  clip-path: polygon(0 0, 100% 0, calc(100% - .85em) 100%, 0 100%);
}
.rtl .label {
  padding: .5em 1.15em .5em 1.7em;
  clip-path: polygon(0 0, 100% 0, 100% 100%, .85em 100%);
}
.label::before {
  content: '';
  flex: none;
  inline-size: .55em;
  block-size: .55em;
  border-radius: 50%;
  background: currentColor;
  animation: pulse 1.6s ease-in-out infinite;
}
.correction .label { background: var(--ajil-bar-correction-color, #ffd65c); color: var(--ajil-bar-correction-text, #3d2b00); }
.retraction .label { color: #3b3733; }
.correction .label::before, .retraction .label::before { display: none; }
.text {
  flex: 1;
  min-inline-size: 0;
  align-self: center;
  margin: 0;
  padding: .7em 1em;
}
.headline {
  color: inherit;
  font-size: 1.0625em;
  font-weight: 700;
  line-height: 1.55;
  text-decoration: none;
  overflow-wrap: anywhere;
  text-wrap: pretty;
}
/* The whole bar leads to the article. */
.headline::after { content: ''; position: absolute; inset: 0; }
.headline:hover { text-decoration: underline; text-decoration-thickness: .08em; text-underline-offset: .3em; }
.retraction .headline { text-decoration: line-through; text-decoration-thickness: .08em; opacity: .85; }
.note { display: block; font-size: .9375em; font-weight: 400; line-height: 1.5; opacity: .95; }
.age {
  flex: none;
  align-self: center;
  padding-inline: .25em;
  font-size: .875em;
  opacity: .88;
  white-space: nowrap;
}
.close {
  all: unset;
  position: relative;
  flex: none;
  align-self: center;
  display: grid;
  place-items: center;
  inline-size: 2.75em;
  block-size: 2.75em;
  margin-inline: .125em .5em;
  border-radius: 50%;
  cursor: pointer;
}
.close:hover { background: rgb(255 255 255 / 18%); }
.close svg { inline-size: 1.125em; block-size: 1.125em; fill: none; stroke: currentColor; stroke-width: 2.25; stroke-linecap: round; }
:focus-visible { outline: 3px solid #fff; outline-offset: -4px; border-radius: .375em; }
.headline:focus-visible { outline: none; }
.headline:focus-visible::after { outline: 3px solid #fff; outline-offset: -4px; }
.close:focus-visible { border-radius: 50%; }
@keyframes pulse { 50% { opacity: .25; transform: scale(.75); } }
@container (max-width: 640px) {
  .news { display: block; padding-block-end: .75em; }
  .label { inline-size: fit-content; max-inline-size: 75%; padding: .3em 1.6em .3em 1em; font-size: 1em; }
  .rtl .label { padding: .3em 1em .3em 1.6em; }
  .text { padding: .55em 1em 0; }
  .age { position: absolute; inset-block-start: .55em; inset-inline-end: 3.75em; }
  .close { position: absolute; inset-block-start: -.2em; inset-inline-end: .25em; margin: 0; }
  .inside { position: relative; }
}
@media (prefers-reduced-motion: reduce) {
  .frame { transition: none; }
  .label::before { animation: none; }
}
@media (forced-colors: active) {
  .bar { border-block-end: 2px solid; }
  .label { border-inline-end: 2px solid; clip-path: none; }
}
@media print { :host { display: none !important; } }
`;
