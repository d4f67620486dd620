const ar = {
  title: 'عاجل',
  urgent: 'عاجل',
  live: 'مباشر',
  connecting: 'جارٍ الاتصال…',
  other: 'English',
  latest: 'آخر الأخبار العاجلة',
  none: 'لا أخبار عاجلة الآن.',
  ask: 'هل تريد أن يصلك العاجل فور وقوعه؟',
  askMore: 'نرسل إشعارًا عند الخبر العاجل فقط، ويمكنك إيقافه متى شئت.',
  topics: 'المواضيع',
  turnOn: 'تفعيل الإشعارات',
  turnOff: 'إيقاف الإشعارات',
  save: 'حفظ المواضيع',
  on: 'الإشعارات مفعّلة على هذا الجهاز.',
  denied: 'الإشعارات ممنوعة في إعدادات المتصفح لهذا الموقع. اسمح بها هناك ثم أعد المحاولة.',
  unsupported: 'هذا المتصفح لا يدعم الإشعارات. على آيفون: أضف الصفحة إلى الشاشة الرئيسية وافتحها من هناك.',
  failed: 'لم ينجح ذلك. تحقق من الاتصال وأعد المحاولة.',
  update: 'تحديث',
  correction: 'تصحيح',
  retraction: 'سُحب هذا الخبر',
};

export type Strings = Readonly<Record<keyof typeof ar, string>>;

/** Every text of the page, by language. */
export const STRINGS = {
  ar,
  en: {
    title: 'Ajil',
    urgent: 'Breaking',
    live: 'Live',
    connecting: 'Connecting…',
    other: 'العربية',
    latest: 'Latest breaking news',
    none: 'No breaking news right now.',
    ask: 'Shall we tell you the moment news breaks?',
    askMore: 'We send a notification for breaking news only; you can turn it off at any time.',
    topics: 'Topics',
    turnOn: 'Turn on notifications',
    turnOff: 'Turn off notifications',
    save: 'Save topics',
    on: 'Notifications are on for this device.',
    denied:
      'Notifications are blocked for this site in the browser’s settings. Allow them there and try again.',
    unsupported:
      'This browser has no notifications. On an iPhone: add the page to the Home Screen and open it there.',
    failed: 'That did not work. Check the connection and try again.',
    update: 'Update',
    correction: 'Correction',
    retraction: 'This report has been retracted',
  },
} as const satisfies Record<string, Strings>;

export type Language = keyof typeof STRINGS;
