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

/** By the languages of alerts whose pages we can write. */
export const PAGE_WORDS = {
  ar,
  ckb: {
    site: 'عاجل',
    all: 'هەموو هەواڵە بەپەلەکان',
    story: 'هەواڵەکە بە تەواوی بخوێنەوە',
    history: 'مێژووی ئەم هەواڵە',
    first: 'بڵاوکرایەوە',
    retracted: 'ئەم هەواڵە کشێنرایەوە. پشتی پێ مەبەستە.',
    invite: 'هەواڵی بەپەلە لەسەر مۆبایل یان کۆمپیوتەرەکەت.',
    turnOn: 'ئاگادارکردنەوەکان چالاک بکە',
    missing: 'لەم ناونیشانەدا هەواڵ نییە',
    missingMore: 'لەوانەیە بەستەرەکە ناتەواو یان کۆن بێت. نوێترین هەواڵەکان لە پەڕەی سەرەکین.',
  },
  en: {
    site: 'Ajil',
    all: 'All breaking news',
    story: 'Read the full story',
    history: 'History of this alert',
    first: 'Published',
    retracted: 'This alert has been retracted. Do not rely on what it said.',
    invite: 'Get breaking news on your phone or computer as it happens.',
    turnOn: 'Turn on notifications',
    missing: 'There is no alert at this address',
    missingMore: 'The link may be incomplete or outdated. The front page has the latest breaking news.',
  },
  fa: {
    site: 'عاجل',
    all: 'همهٔ خبرهای فوری',
    story: 'خواندن کامل خبر',
    history: 'تاریخچهٔ این خبر',
    first: 'منتشر شد',
    retracted: 'این خبر پس گرفته شده است. به آن استناد نکنید.',
    invite: 'خبرهای فوری را روی گوشی یا رایانهٔ خود دریافت کنید.',
    turnOn: 'فعال کردن اعلان‌ها',
    missing: 'در این نشانی خبری نیست',
    missingMore: 'شاید پیوند ناقص یا قدیمی باشد. تازه‌ترین خبرهای فوری در صفحهٔ اصلی است.',
  },
  he: {
    site: 'Ajil',
    all: 'כל המבזקים',
    story: 'לידיעה המלאה',
    history: 'היסטוריית הידיעה',
    first: 'פורסמה',
    retracted: 'הידיעה נמשכה. אין להסתמך על תוכנה.',
    invite: 'מבזקי חדשות בטלפון או במחשב, ברגע שהם קורים.',
    turnOn: 'הפעלת התראות',
    missing: 'אין ידיעה בכתובת הזאת',
    missingMore: 'ייתכן שהקישור חלקי או ישן. המבזקים האחרונים נמצאים בעמוד הראשי.',
  },
  ur: {
    site: 'عاجل',
    all: 'تمام بریکنگ نیوز',
    story: 'پوری خبر پڑھیں',
    history: 'اس خبر کی تاریخ',
    first: 'شائع ہوئی',
    retracted: 'یہ خبر واپس لے لی گئی ہے۔ اس پر بھروسا نہ کریں۔',
    invite: 'بریکنگ نیوز فوراً اپنے فون یا کمپیوٹر پر پائیں۔',
    turnOn: 'اطلاعات چالو کریں',
    missing: 'اس پتے پر کوئی خبر نہیں',
    missingMore: 'ممکن ہے لنک نامکمل یا پرانا ہو۔ تازہ ترین خبریں پہلے صفحے پر ہیں۔',
  },
} satisfies Record<string, PageWords>;

export type PageLanguage = keyof typeof PAGE_WORDS;

export const isPageLanguage = (lang: string): lang is PageLanguage => Object.hasOwn(PAGE_WORDS, lang);
