import { originOf, ownScript } from '../common/own-script.ts';
import { BAR_ATTRIBUTES, defineBar } from './bar-element.ts';
import { complain } from './complaints.ts';

// A site loads this script from us, or bundles, inlines or evaluates it. The script must never break the site.

const OWN_NAME = /\/bar\.js$/;

const script = ownScript(OWN_NAME);

try {
  // Another script may have defined the element, and an element can be defined only once.
  if (customElements.get('ajil-bar') === undefined) defineBar(originOf(script, OWN_NAME));
  if (document.readyState === 'loading') addEventListener('DOMContentLoaded', placeBar);
  else placeBar();
} catch (error) {
  complain(error);
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
