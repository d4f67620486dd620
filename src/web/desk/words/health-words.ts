import type { Language } from '../../../words/language.ts';
import type { Plural, Translated } from './translated.ts';

const readersAr: Plural = {
  zero: 'لم يوقف أحد',
  one: 'أوقف قارئ واحد',
  two: 'أوقف قارئان',
  few: 'أوقف {n} قرّاء',
  many: 'أوقف {n} قارئًا',
  other: 'أوقف {n} قارئ',
};

/** How readers take the alerts: the page, and what the last question says of it. */
const ar = {
  heading: 'صحة الإشعارات',
  why: 'من يشترك ومن يوقف الإشعارات، وبعد أي خبر. عدّادات فقط: لا يُحفظ شيء عن أحد. الأيام بتوقيت غرينتش.',
  counted:
    'يُحسب من أوقفها على الصفحة خلال ست ساعات على آخر خبر وصله، ومن حظرنا في متصفحه على الخبر الذي سبق اكتشاف ذلك بيوم على الأكثر.',
  days: 'الأيام الثلاثون الأخيرة',
  alerts: 'آخر الأخبار',
  topics: 'بحسب الموضوع، في آخر 30 يومًا',
  urgencies: 'بحسب الأهمية، في آخر 30 يومًا',
  day: 'اليوم',
  alert: 'الخبر',
  topic: 'الموضوع',
  count: 'الأخبار',
  optIns: 'اشتركوا',
  left: 'أوقفوها',
  gone: 'حظرونا',
  balance: 'الفرق',
  audience: 'الجمهور',
  accepted: 'قُبلت',
  shown: 'ظهرت',
  opened: 'فُتحت',
  nothing: 'لم يُرسل شيء إلى المشتركين في آخر 30 يومًا.',
  leftAfter: '{readers} الإشعارات بعد آخر الأخبار.',
  readers: readersAr,
  manyLeft: 'خسرت الصفحة بعد آخر الأخبار قرّاء أكثر من المعتاد. أرسل ما يحتاج إليه القرّاء الآن فقط.',
  paced: 'لا تقبل {service} الآن أكثر من {n} رسالة في الدقيقة: سيتأخر الخبر عن جزء من القرّاء.',
};

const en: Translated<typeof ar> = {
  heading: 'Health of the notifications',
  why: 'Who subscribes and who turns notifications off, and after which alert. Counters alone: nothing is kept about anybody. Days are of UTC.',
  counted:
    'A reader who turns notifications off on a page within six hours counts for the last alert that reached them. One who blocks us in the browser counts for the alert before the one that found it, a day back at most.',
  days: 'The last 30 days',
  alerts: 'The last alerts',
  topics: 'By topic, in the last 30 days',
  urgencies: 'By urgency, in the last 30 days',
  day: 'Day',
  alert: 'Alert',
  topic: 'Topic',
  count: 'Alerts',
  optIns: 'Subscribed',
  left: 'Turned off',
  gone: 'Blocked',
  balance: 'Balance',
  audience: 'Audience',
  accepted: 'Accepted',
  shown: 'Shown',
  opened: 'Opened',
  nothing: 'Nothing was sent to subscribers in the last 30 days.',
  leftAfter: '{readers} notifications off after the last alerts.',
  readers: { zero: 'Nobody turned', one: '{n} reader turned', other: '{n} readers turned' },
  manyLeft: 'More readers than usual left after the last alerts. Send only what readers need now.',
  paced: '{service} takes only {n} messages a minute now: the alert will reach some readers late.',
};

export const HEALTH_WORDS: Readonly<Record<Language, typeof en>> = { ar, en };
