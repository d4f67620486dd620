import { followAtServer, followedStories } from '../subscription/followed.ts';
import { readRecord } from '../subscription/record.ts';

/** Shows the button that follows the alert's story or leaves it, where this browser is subscribed and the server answers. */
export async function offerToFollow(root: ParentNode): Promise<void> {
  const place = root.querySelector<HTMLElement>('.follow[data-story]');
  const button = place?.querySelector('button');
  const story = place?.dataset['story'];
  if (!place || !button || story === undefined) return;
  const record = await readRecord();
  if (record === undefined) return;
  try {
    let follows = (await followedStories(record)).some(({ id }) => id === story);
    const draw = (said: string): void => {
      button.textContent = button.dataset[follows ? 'leave' : 'follow'] ?? '';
      place.querySelector('[role=status]')?.replaceChildren(said);
      place.hidden = false;
    };
    const set = async (wanted: boolean): Promise<void> => {
      button.setAttribute('aria-disabled', 'true');
      try {
        await followAtServer(record, story, wanted);
        follows = wanted;
        draw('');
      } catch {
        draw(button.dataset['failed'] ?? '');
      }
      button.removeAttribute('aria-disabled');
    };
    button.addEventListener('click', () => {
      if (button.getAttribute('aria-disabled') !== 'true') void set(!follows);
    });
    draw('');
  } catch {
    // The page is whole without the button.
  }
}
