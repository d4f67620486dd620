import { BAR_ATTRIBUTES, defineBar } from './bar-element.ts';

// The script that a site loads from us. It must never break the site: where the browser lacks something there is no bar.

// Only while the script itself runs is it known which one it is.
const script = document.currentScript;

try {
  if (script instanceof HTMLScriptElement && 'adoptedStyleSheets' in document) {
    if (customElements.get('ajil-bar') === undefined) defineBar(new URL(script.src).origin);
    if (document.readyState === 'loading') addEventListener('DOMContentLoaded', () => placeBar(script));
    else placeBar(script);
  }
} catch {
  // There is nobody to tell.
}

/** Puts a bar at the top of a page that has none, with the `data-` attributes of the script. */
function placeBar(script: HTMLScriptElement): void {
  if (document.querySelector('ajil-bar') !== null) return;
  const bar = document.createElement('ajil-bar');
  for (const name of BAR_ATTRIBUTES) {
    const value = script.getAttribute(`data-${name}`);
    if (value !== null) bar.setAttribute(name, value);
  }
  document.body.prepend(bar);
}
