import type { Urgency } from '../../../alerts/schema.ts';
import type { PublicConfig } from '../../../pages/common/front-page-data.ts';
import type { Preferences, PreferencesPatch } from '../../subscription/preferences.ts';
import { areQuiet, capAt, quietOff, quietOn } from './quiet-hours.ts';

/** What a control of the form can be called. */
export type Control =
  'topic' | 'urgency' | 'lang' | 'quiet' | 'quiet-start' | 'quiet-end' | 'quiet-flash' | 'cap';

/**
 * What the reader has changed by using one control. Topics that the newsroom deleted stay: their readers have them again if
 * they come back.
 * @param data of the form, after the change
 */
export function patchOf(
  control: Control,
  data: FormData,
  choice: Preferences,
  { topics, timeZone }: { readonly topics: PublicConfig['topics']; readonly timeZone: string },
): PreferencesPatch {
  const value = (name: Control): string => (data.get(name) ?? '') as string;
  const hours = (): PreferencesPatch =>
    hoursOf(choice, value('quiet-start'), value('quiet-end'), data.has('quiet-flash'));
  const shown = new Set(topics.map(({ id }) => id));
  const patches: Readonly<Record<Control, () => PreferencesPatch>> = {
    topic: () => ({
      topics: [...data.getAll('topic').map(String), ...choice.topics.filter((topic) => !shown.has(topic))],
    }),
    urgency: () => ({ urgency: value('urgency') as Urgency }),
    lang: () => ({ lang: value('lang') || null }),
    cap: () => capAt(choice, value('cap') === '' ? undefined : Number(value('cap')), timeZone),
    quiet: () => (data.has('quiet') ? quietOn(timeZone) : quietOff(choice, timeZone)),
    'quiet-start': hours,
    'quiet-end': hours,
    'quiet-flash': hours,
  };
  return patches[control]();
}

function hoursOf({ quietHours }: Preferences, start: string, end: string, flash: boolean): PreferencesPatch {
  return areQuiet(quietHours) ? { quietHours: { ...quietHours, start, end, flash } } : {};
}
