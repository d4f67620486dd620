import type { Urgency } from '../../alerts/schema.ts';

/** Between `start` and `end` by the clock of `timeZone` only a flash comes; `flash: false`: not even that. Alike: never. */
export interface QuietHours {
  /** HH:MM */
  readonly start: string;
  readonly end: string;
  readonly timeZone: string;
  readonly flash?: boolean;
}

/** A reader's choices. A reader without `lang` gets every language. */
export interface Preferences {
  readonly topics: readonly string[];
  readonly urgency: Urgency;
  readonly lang?: string;
  readonly quietHours?: QuietHours;
  readonly dailyCap?: number;
}

/** A change of them, as `PATCH /v1/subscriptions/:id` takes it: null removes. Quiet hours are given whole. */
export type PreferencesPatch = {
  readonly [Name in keyof Preferences]?: Required<Preferences>[Name] | null;
};

export function patched(preferences: Preferences, patch: PreferencesPatch): Preferences {
  const all = Object.entries({ ...preferences, ...patch });
  return Object.fromEntries(all.filter(([, value]) => value !== null)) as unknown as Preferences;
}
