import { BAR_ATTRIBUTES, defineBar } from './bar-element.ts';
import { complain } from './complaints.ts';

// A site loads this script from us, or bundles, inlines or evaluates it. The script must never break the site.

const OWN_NAME = /\/bar\.js$/;

// A classic script knows its tag only while it runs; a module finds its tag by the file's name.
const script = ownScript();

try {
  // Another script may have defined the element, and an element can be defined only once.
  if (customElements.get('ajil-bar') === undefined) defineBar(originOf(script));
  if (document.readyState === 'loading') addEventListener('DOMContentLoaded', placeBar);
  else placeBar();
} catch (error) {
  complain(error);
}

function ownScript(): HTMLScriptElement | undefined {
  const { currentScript } = document;
  if (currentScript instanceof HTMLScriptElement && isOurs(currentScript)) return currentScript;
  return [...document.querySelectorAll('script')].find(isOurs);
}

function isOurs(tag: HTMLScriptElement): boolean {
  return OWN_NAME.test(URL.canParse(tag.src) ? new URL(tag.src).pathname : '') || 'origin' in tag.dataset;
}

/** Undefined if the site put the script's text into another script: then only the attribute `origin` tells where Ajil is. */
function originOf(tag: HTMLScriptElement | undefined): string | undefined {
  return tag !== undefined && OWN_NAME.test(tag.src.split(/[?#]/, 1)[0] ?? '')
    ? new URL(tag.src).origin
    : undefined;
}

/** Puts a bar at the top of a page that has none, with the `data-` attributes of the script. */
function placeBar(): void {
  if (document.querySelector('ajil-bar') !== null) return;
  if (script === undefined) {
    complain(
      'the script runs outside of its own tag: write <ajil-bar origin="https://…"> where the bar belongs',
    );
    return;
  }
  const bar = document.createElement('ajil-bar');
  for (const name of BAR_ATTRIBUTES) {
    const value = script.getAttribute(`data-${name}`);
    if (value !== null) bar.setAttribute(name, value);
  }
  document.body.prepend(bar);
}
