import type { Alert } from '../../alerts/schema.ts';
import { adoptStyle } from '../common/adopt-style.ts';
import { element } from '../common/element.ts';
import { articleUrl } from '../common/article-url.ts';
import { BAR_STYLE } from '../../pages/common/bar-style.ts';
import { ageOf, closeLabel, labelOf } from '../../pages/common/bar-words.ts';

/** A custom property of the page, for its own sticky headers. */
const HEIGHT = '--ajil-bar-height';
/** Longer than the bar takes to close. */
const CLOSING_MS = 400;

/** The content of the element's shadow tree. It is made of elements, never of markup, because a page may demand Trusted Types. */
export interface BarView {
  /** @param how.isNews whether screen readers say it */
  show(alert: Alert, how: { readonly isNews: boolean }): void;
  hide(): void;
  /** Updates the age. */
  tick(): void;
  /** Whether the reader is at the bar: the pointer is over it, or the focus is in it. */
  isHeld(): boolean;
  /** Tells the page the bar's height. @returns a function that stops it */
  measure(): () => void;
  /** An alert that the action shows was current when the page opened: it covers the page instead of pushing it down. */
  whileLoading(action: () => void): void;
}

/**
 * The live region (`role="status"`) always exists, and is empty while no alert is shown: screen readers say only text that
 * enters an existing region. It is polite, because news does not answer an action of the reader; for a flash, which wakes
 * everyone, it is assertive. The age and the button are outside of it, so that they are not said again.
 */
export function createBarView(deps: {
  host: HTMLElement;
  /** The origin of our pages. */
  origin: () => string;
  /** Reads an attribute that the site set. */
  site: (attribute: string) => string | null;
  /** ms since the epoch, by the server's clock. */
  now: () => number;
  onDismiss: () => void;
  /** The reader follows the link. */
  onOpen: (alert: Alert) => void;
}): BarView {
  // In a shadow root that the server wrote, this leaves nothing (DOM, section 4.9, attachShadow).
  const root = deps.host.attachShadow({ mode: 'open' });
  adoptStyle(root, BAR_STYLE);
  const news = element('div', 'news', { role: 'status', 'aria-atomic': 'true' });
  const age = element('time', 'age', { part: 'age' });
  const close = element('button', 'close', { type: 'button', part: 'close' });
  close.append(cross());
  const inside = element('div', 'inside', {});
  const bar = element('div', 'bar', { part: 'bar' });
  const clip = element('div', 'clip', {});
  const frame = element('div', 'frame', {});
  inside.append(news);
  bar.append(inside);
  clip.append(bar);
  frame.append(clip);
  root.append(frame);
  close.addEventListener('click', deps.onDismiss);
  news.addEventListener('click', (event) => {
    if (current !== undefined && (event.target as HTMLElement).closest('a') !== null) deps.onOpen(current);
  });
  root.addEventListener('keydown', (event) => {
    if ((event as KeyboardEvent).key === 'Escape') deps.onDismiss();
  });
  let current: Alert | undefined;
  let isLoading = false;
  let closing: ReturnType<typeof setTimeout> | undefined;

  function tick(): void {
    if (current === undefined) return;
    age.textContent = ageOf(current, deps.now());
  }

  function empty(): void {
    bar.removeAttribute('role');
    bar.removeAttribute('aria-label');
    news.replaceChildren();
    age.remove();
    close.remove();
  }

  return {
    show: (alert, { isNews }) => {
      clearTimeout(closing);
      if (current === undefined) frame.classList.toggle('over', isLoading);
      current = alert;
      bar.className = `bar ${alert.change} ${alert.dir}`;
      bar.lang = alert.lang;
      bar.dir = alert.dir;
      const loudness = alert.urgency === 'flash' ? 'assertive' : 'polite';
      news.setAttribute('aria-live', isNews ? loudness : 'off');
      news.replaceChildren(...newsOf(alert, deps));
      bar.setAttribute('aria-label', labelOf(alert, deps.site));
      bar.setAttribute('role', 'region');
      close.setAttribute('aria-label', closeLabel(alert.lang, deps.site));
      age.dateTime = alert.publishedAt ?? alert.createdAt;
      tick();
      if (!close.isConnected) inside.append(age, close);
      frame.classList.add('open');
    },
    hide: () => {
      if (current === undefined) return;
      current = undefined;
      frame.classList.remove('open');
      closing = setTimeout(empty, CLOSING_MS);
    },
    tick,
    isHeld: () => bar.matches(':hover, :focus-within'),
    measure: () => {
      const { style } = document.documentElement;
      const sizes = new ResizeObserver(() =>
        style.setProperty(HEIGHT, `${current === undefined ? 0 : bar.offsetHeight}px`),
      );
      sizes.observe(bar);
      return () => {
        sizes.disconnect();
        style.removeProperty(HEIGHT);
      };
    },
    whileLoading: (action) => {
      isLoading = true;
      action();
      isLoading = false;
    },
  };
}

function newsOf(
  alert: Alert,
  deps: { origin: () => string; site: (attribute: string) => string | null },
): HTMLElement[] {
  const label = element('p', 'label', { part: 'label' });
  label.textContent = labelOf(alert, deps.site);
  const text = element('p', 'text', {});
  const headline = element('a', 'headline', { part: 'headline' });
  headline.href = articleUrl(alert.url, alert.id, deps.origin());
  headline.textContent = alert.headline;
  // Otherwise a bar in a frame would open the article in the frame, which our site and many others refuse.
  if (window.top !== window.self) headline.target = '_top';
  text.append(headline);
  if (alert.note !== null) {
    const note = element('span', 'note', { part: 'note' });
    note.textContent = alert.note;
    text.append(note);
  }
  return [label, text];
}

function cross(): SVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('aria-hidden', 'true');
  path.setAttribute('d', 'M3 3l10 10M13 3L3 13');
  svg.append(path);
  return svg;
}
