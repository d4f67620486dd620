import { newAlertId } from '../../../src/alerts/id.ts';
import { firstVersion, nextVersion } from '../../../src/alerts/versions.ts';
import { toPublicAlert, type Alert, type EditorAlert } from '../../../src/alerts/schema.ts';

export const TOPICS = ['world', 'politics', 'economy', 'sport', 'culture'] as const;
export const LANGUAGES = ['ar', 'en', 'ar-EG'] as const;
export const URGENCIES = ['flash', 'urgent', 'normal'] as const;
/** Only floods carry it, so that they reach only those who ask for them. */
export const FLOOD_TOPIC = 'flood';

const EDITOR = 'editor';
/** Alerts that may still get another version. */
const OPEN_ALERTS = 40;

/** The newsroom: new alerts, corrections, updates and retractions, by the dice. */
export interface AlertSource {
  next(): Alert;
  /** About 12 kB, more than the API takes: a slow reader's bound is reached sooner. */
  large(): Alert;
}

export const pick = <T>(items: readonly T[], random: () => number): T =>
  items[Math.floor(random() * items.length)] as T;

export function createAlertSource(random: () => number): AlertSource {
  const open: EditorAlert[] = [];
  let number = 0;

  function fresh(topics: readonly string[], body?: string): EditorAlert {
    const now = Date.now();
    const input = {
      headline: `خبر عاجل رقم ${++number}`,
      ...(body === undefined ? {} : { body }),
      lang: pick(LANGUAGES, random),
      topics: [...topics],
      urgency: pick(URGENCIES, random),
    };
    return firstVersion(newAlertId(now), input, EDITOR, now);
  }

  return {
    next: () => {
      const index = Math.floor(random() * open.length);
      const last = open[index];
      if (last === undefined || random() < 0.6) {
        const alert = fresh(TOPICS.filter(() => random() < 0.3).concat(pick(TOPICS, random)));
        open.push(alert);
        if (open.length > OPEN_ALERTS) open.shift();
        return toPublicAlert(alert);
      }
      const change = pick(['correction', 'update', 'retraction'] as const, random);
      const input = { change, headline: `تصحيح رقم ${++number}`, urgency: pick(URGENCIES, random) };
      const version = nextVersion(last, input, EDITOR, Date.now());
      if (change === 'retraction') open.splice(index, 1);
      else open[index] = version;
      return toPublicAlert(version);
    },
    large: () => toPublicAlert(fresh([FLOOD_TOPIC], 'ع'.repeat(6000))),
  };
}
