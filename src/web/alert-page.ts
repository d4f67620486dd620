import type { Alert } from '../alerts/schema.ts';
import { openLiveClient } from './live-client.ts';
import { timesIn } from './reader/times.ts';

// An alert's own page is whole without this. With it, times are the reader's own, and a new version shows by itself.

function localizeTimes(root: ParentNode): void {
  const times = timesIn(document.documentElement.lang === 'en' ? 'en' : 'ar');
  for (const time of root.querySelectorAll('time')) time.textContent = times.full(time.dateTime);
}

const shownVersion = (): number => Number(document.querySelector<HTMLElement>('main')?.dataset['version']);

async function showNewest(): Promise<void> {
  const response = await fetch(location.href);
  if (!response.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
  const main = fresh.querySelector('main');
  if (main === null) return;
  localizeTimes(main);
  document.title = fresh.title;
  document.querySelector('main')?.replaceWith(main);
  // Said once: the article is no live region, since it would be read from its start.
  const said = document.querySelector('[role=status]');
  if (said !== null) said.textContent = fresh.title;
}

localizeTimes(document);
const id = document.querySelector<HTMLElement>('main')?.dataset['alert'];
if (id !== undefined) {
  const isNews = (alert: Alert): boolean => alert.id === id && alert.version > shownVersion();
  let justLoaded = true;
  openLiveClient({
    query: {},
    onAlert: (alert) => {
      if (isNews(alert)) void showNewest();
    },
    onReset: (current) => {
      if (!justLoaded || current.some(isNews)) void showNewest();
      justLoaded = false;
    },
    onState: () => undefined,
  });
}
