import type { Alert } from '../alerts/schema.ts';
import { openLiveClient } from './live-client.ts';
import { persist, type Persistence } from './persist.ts';
import { timesIn } from '../pages/times.ts';

// An alert's own page is whole without this. With it, times are the reader's own, and a new version shows by itself.

function localizeTimes(root: ParentNode): void {
  const times = timesIn(document.documentElement.lang === 'en' ? 'en' : 'ar');
  for (const time of root.querySelectorAll('time')) time.textContent = times.full(time.dateTime);
}

const versionOf = (page: Document): number =>
  Number(page.querySelector<HTMLElement>('main')?.dataset['version'] ?? 0);

/** Puts a newer version in the place of the one that is shown. */
function show(fresh: Document): void {
  const main = fresh.querySelector('main');
  if (main === null || versionOf(fresh) <= versionOf(document)) return;
  localizeTimes(main);
  document.title = fresh.title;
  document.querySelector('main')?.replaceWith(main);
  // Said once: the article is no live region, since it would be read from its start.
  const said = document.querySelector('[role=status]');
  if (said !== null) said.textContent = fresh.title;
}

/** @throws while the server has not at least `version` to show; 0: whatever it has, and be it nothing any more */
async function fetchAndShow(version: number, signal: AbortSignal): Promise<void> {
  const response = await fetch(location.href, { signal });
  if (response.ok) show(new DOMParser().parseFromString(await response.text(), 'text/html'));
  else if (response.status !== 404) throw new Error(`the page answered ${response.status}`);
  if (versionOf(document) < version) throw new Error(`version ${version} is not there yet`);
}

/** The newest version that the line told of. */
let wanted = 0;
let fetching: Persistence | undefined;

function bringIn(version: number): void {
  wanted = Math.max(wanted, version);
  fetching?.stop();
  fetching = persist((signal) => fetchAndShow(wanted, signal));
}

localizeTimes(document);
const id = document.querySelector<HTMLElement>('main')?.dataset['alert'];
if (id !== undefined) {
  openLiveClient({
    query: {},
    onAlert: (alert: Alert) => {
      if (alert.id === id && alert.version > versionOf(document)) bringIn(alert.version);
    },
    onReset: (current) => {
      // An alert that is not among these has expired, or was retracted at any time since the page was made.
      const known = current.find((alert) => alert.id === id)?.version ?? 0;
      if (known === 0 || known > versionOf(document)) bringIn(known);
    },
    onState: () => undefined,
  });
}
