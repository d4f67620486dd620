/** The languages that the pages speak; an alert in another language stands in an English frame. */
export type PageLanguage = 'ar' | 'en';

const ar = {
  site: 'عاجل',
  all: 'كل الأخبار العاجلة',
  story: 'اقرأ القصة كاملة',
  history: 'سجل هذا الخبر',
  first: 'نُشر الخبر',
  retracted: 'سُحب هذا الخبر. لا تعتمد على ما ورد فيه.',
  invite: 'يصلك العاجل على هاتفك أو حاسوبك فور وقوعه.',
  turnOn: 'فعّل الإشعارات',
  missing: 'لا خبر في هذا العنوان',
  missingMore: 'قد يكون الرابط ناقصًا أو قديمًا. تجد آخر الأخبار العاجلة في الصفحة الرئيسية.',
};

export type PageWords = typeof ar;

export const PAGE_WORDS: Readonly<Record<PageLanguage, PageWords>> = {
  ar,
  en: {
    site: 'Ajil',
    all: 'All breaking news',
    story: 'Read the whole story',
    history: 'History of this alert',
    first: 'Published',
    retracted: 'This alert has been retracted. Do not rely on what it said.',
    invite: 'Breaking news on your phone or computer, the moment it breaks.',
    turnOn: 'Turn on notifications',
    missing: 'There is no alert at this address',
    missingMore: 'The link may be incomplete or old. The latest breaking news is on the front page.',
  },
};
