import { ownMarkup } from '../common/trusted-types.ts';
import { changeName } from '../../alerts/naming.ts';
import type { Alert } from '../../alerts/schema.ts';
import { isAnnounced } from '../../alerts/silent.ts';
import { openLiveClient } from '../live/main.ts';
import { persist, type Persistence } from '../common/keep-trying.ts';
import { spread } from '../common/spread.ts';
import { offerToFollow } from './follow-story.ts';
import { prepare } from './prepare.ts';

// An alert's own page is whole without this script, which writes times in the reader's zone and shows new versions at once.

/** All open pages of an alert hear of a version in the same second. They fetch the whole page spread over this time, ms. */
const FETCH_WITHIN_MS = 20_000;
const TICK_MS = 15_000;

/** The newest version that the live line sent. */
let wanted = 0;

/** Replaces the word for breaking news once the alert has expired. @param nowMs by the server's clock */
function calmDown(nowMs: number): void {
  const label = document.querySelector<HTMLElement>('.label[data-expires]');
  if (label === null || Date.parse(label.dataset['expires'] ?? '') > nowMs) return;
  label.replaceChildren(label.dataset['later'] ?? '');
  label.className = 'label quiet';
}

const versionOf = (page: Document): number =>
  Number(page.querySelector<HTMLElement>('main')?.dataset['version'] ?? 0);

/** Has a screen reader say it once. The article is no live region, because it would be read from its start. */
function say(text: string): void {
  document.querySelector('[role=status]')?.replaceChildren(text);
}

/** Replaces the shown version by a newer one. */
function show(fresh: Document): void {
  const main = fresh.querySelector('main');
  // The live line may have shown a newer version while this answer was on its way.
  if (main === null || versionOf(fresh) <= versionOf(document) || versionOf(fresh) < wanted) return;
  // After a silent version nobody is told, unless the page missed the version before it.
  const isTold = versionOf(document) < Number(main.dataset['announced'] ?? versionOf(fresh));
  prepare(main);
  void offerToFollow(main);
  document.querySelector('main')?.replaceWith(main);
  if (isTold && document.title !== fresh.title) say(fresh.title);
  document.title = fresh.title;
}

/** Shows at once what the live line carries of a version: above all, that the shown version was wrong. */
function showAtOnce({ change, headline, note, body, lang, dir }: Alert, isTold: boolean): void {
  const article = document.querySelector('main article');
  const heading = article?.querySelector('h1');
  if (!article || !heading) return;
  const name = changeName(change, lang);
  const isRetracted = change === 'retraction';
  heading.replaceChildren(isRetracted ? element('del', headline) : headline);
  const box = element('div', '', `change ${change}`);
  box.lang = lang;
  box.dir = dir;
  box.append(element('strong', name), element('p', note ?? '', 'note'));
  article.querySelector('.change')?.remove();
  heading.parentElement?.after(box);
  article.querySelector('.alert-body')?.replaceChildren(isRetracted ? '' : (body ?? ''));
  if (isRetracted) {
    article.querySelector('.label')?.replaceChildren(name);
    for (const gone of article.querySelectorAll('img, .button')) gone.remove();
  }
  if (isTold) say(`${name}: ${headline}`);
}

function element<Name extends 'del' | 'div' | 'p' | 'strong'>(
  name: Name,
  text: string,
  className = '',
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

/** @param version the server must have at least this one; 0: any, or no page any more @throws until it has */
async function fetchAndShow(version: number, signal: AbortSignal): Promise<void> {
  const response = await fetch(location.href, { signal });
  if (response.ok) show(new DOMParser().parseFromString(ownMarkup(await response.text()), 'text/html'));
  else if (response.status !== 404) throw new Error(`the page answered ${response.status}`);
  if (versionOf(document) < version) throw new Error(`version ${version} is not there yet`);
}

let fetching: Persistence | undefined;
let waiting: ReturnType<typeof setTimeout> | undefined;

function bringIn(version: number): void {
  wanted = Math.max(wanted, version);
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    fetching?.stop();
    fetching = persist((signal) => fetchAndShow(wanted, signal));
  }, spread(FETCH_WITHIN_MS));
}

prepare(document);
void offerToFollow(document);
const id = document.querySelector<HTMLElement>('main')?.dataset['alert'];
if (id !== undefined) {
  const take = (alert: Alert): void => {
    const seen = Math.max(versionOf(document), wanted);
    if (alert.version <= seen) return;
    showAtOnce(alert, isAnnounced(alert, seen));
    bringIn(alert.version);
  };
  let connected = false;
  const client = openLiveClient({
    query: {},
    onAlert: (alert) => {
      if (alert.id === id) take(alert);
    },
    onReset: (current) => {
      const known = current.find((alert) => alert.id === id);
      // An alert that is not current has expired, or has been retracted since the page was made.
      if (known === undefined) bringIn(0);
      else take(known);
    },
    onState: (now) => {
      connected = now;
    },
  });
  setInterval(() => {
    if (connected) calmDown(client.now());
  }, TICK_MS);
}
