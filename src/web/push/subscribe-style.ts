/** The button's look. As the bar's: a constructed sheet needs no `style-src`, and a site fits it by custom properties. */
export const SUBSCRIBE_STYLE = `
:host {
  display: inline-block;
  font: 500 1rem/1.6 var(--ajil-subscribe-font, inherit);
}
:host([hidden]) { display: none; }
button {
  font: inherit;
  font-weight: 700;
  min-block-size: 2.75em;
  padding: .45em 1.4em;
  border: 2px solid var(--ajil-subscribe-color, #b3121d);
  border-radius: .5em;
  background: var(--ajil-subscribe-color, #b3121d);
  color: var(--ajil-subscribe-text, #fff);
  cursor: pointer;
}
button.on { background: none; color: inherit; border-color: currentColor; }
button[hidden] { display: none; }
button[aria-disabled='true'] { opacity: .6; cursor: progress; }
button:focus-visible { outline: 3px solid currentColor; outline-offset: 2px; }
p { margin: .4em 0 0; font-size: .9375em; text-align: start; }
p:empty { display: none; }
`;
