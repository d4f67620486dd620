import type { Alert } from '../../alerts/schema.ts';
import { storyUrl } from '../story-url.ts';
import { BAR_STYLE } from './bar-style.ts';
import { ageOf, closeLabel, labelOf } from './words.ts';

/** Longer than the bar takes to close. */
const CLOSING_MS = 400;

/** What stands in the element's shadow. Made of elements, never of markup: a page may demand Trusted Types. */
export interface BarView {
  show(alert: Alert): void;
  hide(): void;
  /** Writes the age anew. */
  tick(): void;
  /** Whether the reader is at it: pointer over it, or focus in it. */
  isHeld(): boolean;
}

/**
 * The live region (`role="status"`) is always there, and empty while nothing is shown: only what enters an existing one
 * is said. It is polite, for what breaks is not an answer to what the reader does; a flash, which wakes everyone, is
 * assertive. The age and the button stand outside, so that they are not said again.
 */
export function createBarView(deps: {
  root: ShadowRoot;
  /** Of our own pages. */
  origin: () => string;
  /** An attribute of the site's. */
  site: (attribute: string) => string | null;
  onDismiss: () => void;
}): BarView {
  const { root } = deps;
  adoptStyle(root);
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
  root.addEventListener('keydown', (event) => {
    if ((event as KeyboardEvent).key === 'Escape') deps.onDismiss();
  });
  let current: Alert | undefined;
  let closing: ReturnType<typeof setTimeout> | undefined;

  function tick(): void {
    if (current === undefined) return;
    age.textContent = ageOf(current, Date.now());
  }

  function empty(): void {
    news.replaceChildren();
    age.remove();
    close.remove();
  }

  return {
    show: (alert) => {
      clearTimeout(closing);
      current = alert;
      bar.className = `bar ${alert.change} ${alert.dir}`;
      bar.lang = alert.lang;
      bar.dir = alert.dir;
      news.setAttribute('aria-live', alert.urgency === 'flash' ? 'assertive' : 'polite');
      news.replaceChildren(...newsOf(alert, deps));
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
  headline.href = storyUrl(alert.url, alert.id, deps.origin());
  headline.textContent = alert.headline;
  text.append(headline);
  if (alert.note !== null) {
    const note = element('span', 'note', { part: 'note' });
    note.textContent = alert.note;
    text.append(note);
  }
  return [label, text];
}

function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  className: string,
  attributes: Readonly<Record<string, string>>,
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  if (className !== '') made.className = className;
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  return made;
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

function adoptStyle(root: ShadowRoot): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(BAR_STYLE);
  root.adoptedStyleSheets = [sheet];
}
