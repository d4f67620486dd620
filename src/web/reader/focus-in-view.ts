/**
 * Scrolls the focused element out from under the bar (WCAG 2.2, 2.4.11). Browsers keep to `scroll-padding` only when they
 * scroll, and Chromium does not scroll to an element that is in the viewport, though the bar covers it.
 */
export function keepFocusInView(): void {
  // The browser scrolls after the event.
  document.addEventListener('focusin', () => requestAnimationFrame(() => requestAnimationFrame(uncover)));
}

function uncover(): void {
  const focused = document.activeElement;
  if (focused === null || focused === document.body || focused.matches('ajil-bar, .skip')) return;
  const covered = Number.parseFloat(getComputedStyle(document.documentElement).scrollPaddingTop) || 0;
  const { top, bottom } = focused.getBoundingClientRect();
  if (bottom > 0 && top < covered) window.scrollBy({ top: top - covered, behavior: 'instant' });
}
