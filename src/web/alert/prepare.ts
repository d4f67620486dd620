import { timesIn } from '../../pages/common/times.ts';

/** Fits what the server wrote for everybody to this reader: times in their zone, and no box for a picture that does not load. */
export function prepare(root: ParentNode): void {
  const times = timesIn(document.documentElement.lang);
  for (const time of root.querySelectorAll('time')) time.textContent = times.full(time.dateTime);
  for (const picture of root.querySelectorAll<HTMLElement>('main img')) {
    picture.addEventListener('error', () => picture.remove());
  }
}
