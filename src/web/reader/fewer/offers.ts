import type { PublicConfig } from '../../../pages/common/front-page-data.ts';
import type { Preferences, PreferencesPatch } from '../../subscription/preferences.ts';
import { areQuiet, quietOff, quietOn } from '../choices/quiet-hours.ts';

/** One way to get fewer notifications, by one tap; another tap takes it back. */
export interface Offer {
  readonly type: 'quiet' | 'flash' | 'topic';
  /** Of the topic that the reader leaves. */
  readonly topic?: PublicConfig['topics'][number];
  /** Whether it is so already. */
  readonly inForce: boolean;
  /** What a tap changes. */
  readonly patch: PreferencesPatch;
}

/**
 * What a reader can do who wants fewer notifications like the one of an alert.
 * @param before the reader's choice when the page opened, to go back to
 * @param topics those of the alert
 */
export function offersOf(
  choice: Preferences,
  before: Preferences,
  topics: PublicConfig['topics'],
  timeZone: string,
): readonly Offer[] {
  const [quiet, flash] = [areQuiet(choice.quietHours), choice.urgency === 'flash'];
  const louder = before.urgency === 'flash' ? 'urgent' : before.urgency;
  return [
    {
      type: 'quiet',
      inForce: quiet,
      patch: quiet ? quietOff(choice, timeZone) : quietOn(timeZone),
    },
    { type: 'flash', inForce: flash, patch: { urgency: flash ? louder : 'flash' } },
    ...topics.flatMap((topic): Offer[] => {
      const others = choice.topics.filter((id) => id !== topic.id);
      const follows = others.length < choice.topics.length;
      // Nobody follows nothing: who leaves the last topic turns notifications off.
      if (follows && others.length === 0) return [];
      if (!follows && !before.topics.includes(topic.id)) return [];
      const patch = { topics: follows ? others : [...others, topic.id] };
      return [{ type: 'topic', topic, inForce: !follows, patch }];
    }),
  ];
}
