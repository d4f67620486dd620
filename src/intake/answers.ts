import type { EditorAlert } from '../alerts/schema.ts';
import type { Problem } from '../http/problem.ts';
import { reason, sentenceOf, type Reason } from './reasons.ts';
import type { Taken } from './item-record.ts';

// What a source is told of an item.

export const taken = (action: Taken['action'], { id, status }: EditorAlert): Taken => ({
  action,
  alertId: id,
  status,
});

export const ignored = (alert: Pick<EditorAlert, 'id' | 'status'> | null, why: Reason): Taken => ({
  action: 'ignored',
  alertId: alert?.id ?? null,
  status: alert?.status ?? null,
  ...told(why),
});

export const told = (why: Reason): Pick<Taken, 'reason' | 'why'> => ({ reason: sentenceOf(why), why });

export const sameAs = (alert: string, shares: 'headline' | 'article'): Reason =>
  reason(shares === 'headline' ? 'same-headline' : 'same-article', { alert });

/** What a rule of the newsroom says against a step. */
export function refusedBecause({ code, options }: Problem, status = ''): Reason {
  const { alertId, shares } = options.extension ?? {};
  if (code !== 'duplicate-alert' || alertId === undefined) return reason('wrong-status', { status });
  return sameAs(String(alertId), shares === 'headline' ? 'headline' : 'article');
}
