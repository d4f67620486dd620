import { changeName, labelName } from '../../alerts/naming.ts';
import type { Alert } from '../../alerts/schema.ts';
import { ageOf } from '../../pages/common/bar-words.ts';
import { isBreaking } from '../../pages/common/front-page-data.ts';
import { adoptStyle } from '../common/adopt-style.ts';
import { element } from '../common/element.ts';
import { articleUrl } from '../common/article-url.ts';
import { LIST_STYLE } from './list-style.ts';

interface Shown {
  /** The origin of our pages. */
  readonly origin: string;
  /** The list's name for screen readers. */
  readonly label: string | null;
  /** ms since the epoch, by the server's clock. */
  readonly nowMs: number;
}

export interface ListView {
  show(alerts: readonly Alert[], shown: Shown): void;
}

/** The content of the element's shadow tree. It is made of elements, never of markup, because a page may demand Trusted Types. */
export function createListView(host: HTMLElement): ListView {
  const root = host.attachShadow({ mode: 'open' });
  adoptStyle(root, LIST_STYLE);
  // Safari takes the role from a list without bullets.
  const list = element('ol', 'list', { part: 'list', role: 'list' });
  root.append(list);
  /** The items by what they show: one that stays the same stays in place, with the focus that may be in it. */
  let items = new Map<string, { item: HTMLElement; age: HTMLElement }>();

  return {
    show: (alerts, shown) => {
      if (shown.label === null) list.removeAttribute('aria-label');
      else list.setAttribute('aria-label', shown.label);
      const next = new Map<string, { item: HTMLElement; age: HTMLElement }>();
      for (const alert of alerts) {
        const name = `${alert.id} ${alert.version} ${isBreaking(alert, shown.nowMs)}`;
        const one = items.get(name) ?? itemOf(alert, shown);
        one.age.textContent = ageOf(alert, shown.nowMs);
        next.set(name, one);
      }
      for (const [name, { item }] of items) if (!next.has(name)) item.remove();
      [...next.values()].forEach(({ item }, place) => {
        const there = list.children[place];
        if (there !== item) list.insertBefore(item, there ?? null);
      });
      items = next;
    },
  };
}

function itemOf(alert: Alert, { origin, nowMs }: Shown): { item: HTMLElement; age: HTMLElement } {
  const { change, lang, note } = alert;
  const item = element('li', `item ${change}`, { part: 'item', lang, dir: alert.dir });
  const meta = element('p', 'meta', {});
  const word = change === 'new' ? labelName(alert, lang, false) : changeName(change, lang);
  if (change !== 'new' || isBreaking(alert, nowMs)) {
    const label = element('b', 'label', { part: 'label' });
    label.textContent = word;
    meta.append(label);
  }
  const age = element('time', 'age', { part: 'age', datetime: alert.publishedAt ?? alert.createdAt });
  meta.append(age);
  const isRetracted = change === 'retraction';
  const headline = element('a', 'headline', { part: 'headline' });
  headline.href = articleUrl(isRetracted ? null : alert.url, alert.id, origin);
  const text = isRetracted ? element('del', '', {}) : element('span', '', {});
  text.textContent = alert.headline;
  headline.append(text);
  item.append(meta, headline);
  if (note !== null) {
    const reason = element('p', 'note', { part: 'note' });
    reason.textContent = note;
    item.append(reason);
  }
  return { item, age };
}
