import type { Urgency } from '../alerts/schema.ts';

const ar = {
  title: 'عاجل',
  tagline: 'الأخبار العاجلة لحظة وقوعها',
  skip: 'انتقل إلى الأخبار',
  breaking: 'عاجل',
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
} as const;

export type ReaderStrings = Readonly<Record<keyof typeof ar, string>>;

const en: ReaderStrings = {
  title: 'Ajil',
  tagline: 'Breaking news, the moment it breaks',
  skip: 'Skip to the news',
  breaking: 'Breaking',
  live: 'Live',
  connecting: 'Connecting',
  offline: 'Offline',
  offlineMore:
    'There is no network. You see what came last; it is brought up to date once you are back online.',
  otherLanguage: 'العربية',
  sections: 'Sections',
  everything: 'All news',
  latest: 'Latest breaking news',
  none: 'No breaking news right now',
  noneMore: 'Leave this page open: breaking news shows here at once, without reloading.',
  loading: 'Loading the news',
  loadFailed: 'The news could not be loaded',
  loadFailedMore: 'We keep trying. You may also try now.',
  retry: 'Try again',
  more: 'Older news',
  permalink: 'Page of this alert',
  footer: 'Corrections and retractions reach this page and your notifications just as breaking news does.',
};

/** The page's languages, the first by default. */
export type Language = 'ar' | 'en';

/** Every text of the reader page but the notifications card's, by language. */
export const READER_STRINGS: Readonly<Record<Language, ReaderStrings>> = { ar, en };

const cardAr = {
  ask: 'هل يصلك العاجل فور وقوعه؟',
  askMore:
    'إشعار على هذا الجهاز حين يقع خبر عاجل في المواضيع التي تختارها. بلا حساب ولا بريد، وتوقفه متى شئت.',
  yes: 'فعّل الإشعارات',
  later: 'ليس الآن',
  reopen: 'إشعارات العاجل',
  choices: 'اختياراتك',
  topics: 'المواضيع',
  urgency: 'ماذا يصلك؟',
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
  turnedOff: 'أُوقفت الإشعارات على هذا الجهاز.',
  noTopic: 'اختر موضوعًا واحدًا على الأقل.',
  notAllowed: 'لم يأذن المتصفح بالإشعارات. يمكنك المحاولة مرة أخرى متى شئت.',
  denied:
    'الإشعارات ممنوعة لهذا الموقع في إعدادات المتصفح. افتح معلومات الموقع بجوار العنوان واسمح بالإشعارات، ثم أعد المحاولة.',
  failed: 'لم ينجح ذلك. تحقق من الاتصال وأعد المحاولة.',
  unsupported: 'هذا المتصفح لا يعرض إشعارات المواقع. يبقى العاجل هنا في هذه الصفحة لحظة وقوعه.',
  install: 'على آيفون وآيباد تصل الإشعارات بعد إضافة الصفحة إلى الشاشة الرئيسية:',
  installShare: 'اضغط زر المشاركة في سفاري.',
  installAdd: 'اختر «إضافة إلى الشاشة الرئيسية».',
  installOpen: 'افتح «عاجل» من هناك وفعّل الإشعارات.',
} as const;

export type CardStrings = Readonly<Record<keyof typeof cardAr, string>>;

const cardEn: CardStrings = {
  ask: 'Shall we tell you when news breaks?',
  askMore:
    'A notification on this device when news breaks in the topics you choose. No account, no email, and off again whenever you like.',
  yes: 'Turn on notifications',
  later: 'Not now',
  reopen: 'Breaking news notifications',
  choices: 'Your choices',
  topics: 'Topics',
  urgency: 'What shall come?',
  language: 'In which language?',
  anyLanguage: 'All languages',
  save: 'Save',
  turnOff: 'Turn off notifications',
  on: 'Notifications are on',
  onMore: 'Breaking news reaches this device even while the page is closed.',
  asking: 'Waiting for your answer to the browser’s question…',
  saving: 'One moment…',
  turnedOn: 'Notifications are on for this device.',
  saved: 'Your choices are saved.',
  turnedOff: 'Notifications are off for this device.',
  noTopic: 'Choose at least one topic.',
  notAllowed: 'The browser was not allowed to notify you. You may try again at any time.',
  denied:
    'Notifications are blocked for this site in the browser’s settings. Open the site information beside the address, allow notifications, then try again.',
  failed: 'That did not work. Check the connection and try again.',
  unsupported:
    'This browser does not show notifications from sites. Breaking news still shows on this page at once.',
  install: 'On an iPhone or iPad, notifications come once the page is on the Home Screen:',
  installShare: 'Tap the Share button in Safari.',
  installAdd: 'Choose “Add to Home Screen”.',
  installOpen: 'Open Ajil from there and turn on notifications.',
};

/** The texts of the notifications card, by language. */
export const CARD_STRINGS: Readonly<Record<Language, CardStrings>> = { ar: cardAr, en: cardEn };

/** What a reader may ask for: the quietest urgency that still comes. */
export const URGENCY_NAMES: Readonly<Record<Language, Readonly<Record<Urgency, string>>>> = {
  ar: { flash: 'الأهم فقط', urgent: 'العاجل', normal: 'كل الأخبار' },
  en: { flash: 'Only the biggest', urgent: 'Breaking news', normal: 'All news' },
};
