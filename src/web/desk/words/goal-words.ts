import type { Language } from '../../../words/language.ts';

const en = {
  heading: 'The speed goal',
  why: 'An alert reaches the goal when nine tenths of its accepted deliveries have left within two minutes.',
  table: 'Alerts of the last {days} days that reached the goal, by urgency',
  counted:
    'The last {days} days. Each version that was sent to subscribers counts, once its sending is finished.',
  alerts: 'Alerts',
  reached: 'Reached the goal',
  none: 'No alert was sent to subscribers in the last {days} days.',
  noneOfThese: 'none sent',
};

const ar: typeof en = {
  heading: 'هدف السرعة',
  why: 'يبلغ الخبر الهدف حين تخرج تسعة أعشار إشعاراته المقبولة خلال دقيقتين.',
  table: 'الأخبار التي بلغت الهدف في آخر {days} يومًا، بحسب الأهمية',
  counted: 'في آخر {days} يومًا. تُحسب كل نسخة أُرسلت إلى المشتركين بعد أن يكتمل إرسالها.',
  alerts: 'الأخبار',
  reached: 'بلغت الهدف',
  none: 'لم يُرسل أي خبر إلى المشتركين في آخر {days} يومًا.',
  noneOfThese: 'لم يُرسل شيء',
};

export const GOAL_WORDS: Readonly<Record<Language, typeof en>> = { ar, en };
