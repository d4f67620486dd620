import type { Story } from '../../alerts/stories/schema.ts';
import type { SubscriptionRecord } from './record.ts';
import { callAs } from './server.ts';

/** The open stories whose follow-ups come to this browser. @throws when the server cannot be reached or refuses */
export async function followedStories(record: SubscriptionRecord): Promise<readonly Story[]> {
  const response = await callAs(record, {}, '/stories');
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  return ((await response.json()) as { readonly stories: readonly Story[] }).stories;
}

/** Follows a story, or leaves it. May be repeated. @throws when the server cannot be reached or refuses */
export async function followAtServer(
  record: SubscriptionRecord | undefined,
  story: string,
  follows: boolean,
): Promise<void> {
  if (record === undefined) throw new Error('this browser has no subscription');
  const path = `/stories/${encodeURIComponent(story)}`;
  const response = await callAs(record, { method: follows ? 'PUT' : 'DELETE', keepalive: true }, path);
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
}
