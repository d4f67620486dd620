import type { Story } from '../../../alerts/stories/schema.ts';
import type { Client } from '../client.ts';
import type { DeskShared } from '../desk-context.ts';
import { STORY_WORDS } from '../words/stories-words.ts';

export type { Story };

/** Tells the desk that it must load the open stories again; it bubbles. */
export const STORIES_CHANGED = 'stories-changed';

export const tellStoriesChanged = (at: EventTarget): void =>
  void at.dispatchEvent(new CustomEvent(STORIES_CHANGED, { bubbles: true }));

/** @returns what is known, where the server does not answer now */
export async function loadStories(client: Client, known: readonly Story[]): Promise<readonly Story[]> {
  const answer = await client.call<{ stories: readonly Story[] }>('/v1/stories');
  return answer.type === 'done' ? answer.body.stories : known;
}

/** The name of an alert's story; of one that has ended, that it has. */
export function storyName(id: string, { stories, words }: Pick<DeskShared, 'stories' | 'words'>): string {
  return stories.find((story) => story.id === id)?.name ?? STORY_WORDS[words.language].ended;
}
