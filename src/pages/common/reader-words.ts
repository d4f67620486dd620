import type { Urgency } from '../../alerts/schema.ts';

const ar = {
  title: 'عاجل',
  tagline: 'الأخبار العاجلة لحظة وقوعها',
  description: 'الأخبار العاجلة لحظة وقوعها، على الصفحة وفي الإشعارات.',
  skip: 'انتقل إلى الأخبار',
  live: 'مباشر',
  connecting: 'جارٍ الاتصال',
  offline: 'غير متصل',
  offlineMore: 'لا يوجد اتصال بالشبكة. ما تراه هو آخر ما وصل، وسنحدّثه فور عودة الاتصال.',
  otherLanguage: 'English',
  sections: 'الأقسام',
  everything: 'كل الأخبار',
  latest: 'آخر الأخبار العاجلة',
  none: 'لا أخبار عاجلة الآن',
  noneMore: 'أبقِ هذه الصفحة مفتوحة: يظهر العاجل هنا في لحظته دون إعادة تحميل.',
  loading: 'جارٍ تحميل الأخبار',
  loadFailed: 'تعذّر تحميل الأخبار',
  loadFailedMore: 'نعيد المحاولة تلقائيًا. يمكنك أيضًا المحاولة الآن.',
  retry: 'أعد المحاولة',
  more: 'أخبار أقدم',
  permalink: 'صفحة الخبر',
  footer: 'تصل التصحيحات والأخبار المسحوبة إلى هذه الصفحة وإلى الإشعارات كما يصل العاجل.',
  noScript: 'تظهر الأخبار الجديدة تلقائيًا وتُفعَّل الإشعارات حين يعمل جافاسكربت. من دونه أعد تحميل الصفحة.',
} as const;

export type ReaderStrings = Readonly<Record<keyof typeof ar, string>>;

const en: ReaderStrings = {
  title: 'Ajil',
  tagline: 'Breaking news as it happens',
  description: 'Breaking news as it happens, on this page and in notifications.',
  skip: 'Skip to the news',
  live: 'Live',
  connecting: 'Connecting',
  offline: 'Offline',
  offlineMore:
    'You are offline. This is the latest news we received; the page updates when you are back online.',
  otherLanguage: 'العربية',
  sections: 'Sections',
  everything: 'All news',
  latest: 'Latest breaking news',
  none: 'No breaking news right now',
  noneMore: 'Keep this page open: breaking news appears here immediately, without reloading.',
  loading: 'Loading the news',
  loadFailed: 'The news could not be loaded',
  loadFailedMore: 'We keep trying. You can also try again now.',
  retry: 'Try again',
  more: 'Older news',
  permalink: 'Open this alert',
  footer: 'Corrections and retractions reach this page and your notifications just as breaking news does.',
  noScript:
    'With JavaScript, new alerts appear by themselves and you can turn on notifications. Without it, reload the page.',
};

/** The page's languages, the first by default. */
export type Language = 'ar' | 'en';

/** Every text of the reader page but the notifications card's, by language. */
export const READER_STRINGS: Readonly<Record<Language, ReaderStrings>> = { ar, en };

const cardAr = {
  ask: 'هل تريد أن يصلك العاجل فور وقوعه؟',
  askMore:
    'إشعار على هذا الجهاز حين يقع خبر عاجل في المواضيع التي تختارها. بلا حساب ولا بريد، وتوقفه متى شئت.',
  yes: 'فعّل الإشعارات',
  later: 'ليس الآن',
  close: 'إخفاء',
  reopen: 'إشعارات العاجل',
  choices: 'اختياراتك',
  topics: 'المواضيع',
  urgency: 'أي الأخبار تريد؟',
  language: 'بأي لغة؟',
  anyLanguage: 'كل اللغات',
  save: 'احفظ',
  turnOff: 'أوقف الإشعارات',
  on: 'الإشعارات مفعّلة',
  onMore: 'يصلك العاجل على هذا الجهاز حتى والصفحة مغلقة.',
  asking: 'ننتظر إذنك في نافذة المتصفح…',
  saving: 'لحظة من فضلك…',
  turnedOn: 'فُعّلت الإشعارات على هذا الجهاز.',
  saved: 'حُفظت اختياراتك.',
  languageChanged: 'تصلك الإشعارات من الآن بلغة هذه الصفحة.',
  turnedOff: 'أُوقفت الإشعارات على هذا الجهاز.',
  noTopic: 'اختر موضوعًا واحدًا على الأقل.',
  notAllowed: 'لم يأذن المتصفح بالإشعارات. يمكنك المحاولة مرة أخرى متى شئت.',
  denied:
    'الإشعارات ممنوعة لهذا الموقع في إعدادات المتصفح. افتح إعدادات الموقع بجوار العنوان واسمح بالإشعارات، ثم أعد تحميل الصفحة.',
  failed: 'لم ينجح ذلك. تحقق من الاتصال وأعد المحاولة.',
  unsupported: 'هذا المتصفح لا يعرض إشعارات المواقع. يبقى العاجل هنا في هذه الصفحة لحظة وقوعه.',
  install: 'على آيفون وآيباد تصل الإشعارات بعد إضافة الصفحة إلى الشاشة الرئيسية:',
  installShare: 'اضغط زر المشاركة في سفاري.',
  installAdd: 'اختر «إضافة إلى الشاشة الرئيسية».',
  installOpen: 'افتح «عاجل» من هناك وفعّل الإشعارات.',
} as const;

export type CardStrings = Readonly<Record<keyof typeof cardAr, string>>;

const cardEn: CardStrings = {
  ask: 'Get breaking news on this device',
  askMore:
    'We notify you when news breaks in the topics that you choose. No account, no email; turn it off at any time.',
  yes: 'Turn on notifications',
  later: 'Not now',
  close: 'Hide',
  reopen: 'Breaking news notifications',
  choices: 'Your choices',
  topics: 'Topics',
  urgency: 'Which alerts?',
  language: 'Language',
  anyLanguage: 'All languages',
  save: 'Save',
  turnOff: 'Turn off notifications',
  on: 'Notifications are on',
  onMore: 'This device receives breaking news even when the page is closed.',
  asking: 'Waiting for your permission in the browser…',
  saving: 'One moment…',
  turnedOn: 'Notifications are on for this device.',
  saved: 'Your choices are saved.',
  languageChanged: 'Notifications now come in the language of this page.',
  turnedOff: 'Notifications are off for this device.',
  noTopic: 'Choose at least one topic.',
  notAllowed: 'You did not allow notifications. You can try again at any time.',
  denied:
    'Notifications are blocked for this site. Open the site settings next to the address, allow notifications, then reload the page.',
  failed: 'Something went wrong. Check your connection and try again.',
  unsupported:
    'This browser does not support notifications from websites. Breaking news still appears on this page immediately.',
  install: 'On iPhone and iPad, add this page to the Home Screen to receive notifications:',
  installShare: 'Tap the Share button in Safari.',
  installAdd: 'Choose “Add to Home Screen”.',
  installOpen: 'Open Ajil from there and turn on notifications.',
};

/** The texts of the notifications card, by language. */
export const CARD_STRINGS: Readonly<Record<Language, CardStrings>> = { ar: cardAr, en: cardEn };

/** What a reader may ask for: the quietest urgency that still comes. */
export const URGENCY_NAMES: Readonly<Record<Language, Readonly<Record<Urgency, string>>>> = {
  ar: { flash: 'الأهم فقط', urgent: 'العاجل', normal: 'كل الأخبار' },
  en: { flash: 'Major news only', urgent: 'Breaking news', normal: 'All news' },
};
