export const site = 'عاجل';

export const turnOn = 'فعّل الإشعارات';

export const changes = {
  new: 'عاجل',
  news: 'خبر',
  update: 'تحديث',
  correction: 'تصحيح',
  retraction: 'خبر مسحوب',
} as const;

export const close = 'إغلاق';

export const fewer = 'إشعارات أقل';
export const leaveStory = 'ألغِ متابعة القصة';

export const testSend = {
  title: 'تجربة',
  unpublished: 'لم يُنشر بعد.',
  devices: 'لم يصل هذا إلا إلى أجهزتك التجريبية.',
} as const;

export const drill = { title: 'تدريب', note: 'هذا تدريب، ولم يصل إلا إلى أجهزة التجربة.' } as const;

export const alertPage = {
  site,
  all: 'كل الأخبار العاجلة',
  article: 'اقرأ المقال كاملًا',
  story: 'ضمن القصة:',
  followStory: 'تابع هذه القصة',
  leaveStory,
  followFailed: 'لم ينجح ذلك. تحقق من الاتصال وأعد المحاولة.',
  moreOfStory: 'كل أخبار هذه القصة',
  history: 'سجل هذا الخبر',
  first: 'نُشر الخبر',
  retracted: 'سُحب هذا الخبر. لا تعتمد على ما ورد فيه.',
  invite: 'يصلك العاجل على هاتفك أو حاسوبك فور وقوعه.',
  turnOn,
  missing: 'لا خبر في هذا العنوان',
  missingMore: 'قد يكون الرابط ناقصًا أو قديمًا. تجد آخر الأخبار العاجلة في الصفحة الرئيسية.',
} as const;

export const listPage = {
  archive: 'أرشيف الأخبار',
  newsOf: 'أخبار',
  topics: 'المواضيع',
  everything: 'كل الأخبار',
  headlines: 'العناوين',
  older: 'أخبار أقدم',
  newest: 'أحدث الأخبار',
  earlierDay: 'اليوم السابق',
  laterDay: 'اليوم التالي',
  days: 'الأيام',
  noNews: 'لا أخبار هنا',
  dayInUtc: 'يبدأ اليوم وينتهي بتوقيت غرينتش (UTC).',
  feed: 'خلاصة RSS',
  inThisLanguage: 'هذه الصفحة بالعربية',
  aboutTopic: 'آخر الأخبار العاجلة في موضوع',
  aboutDay: 'الأخبار العاجلة وتصحيحاتها في يوم',
  aboutStory: 'الأخبار العاجلة في قصة',
  storyEnded: 'انتهت متابعة هذه القصة، ولا ننتظر فيها خبرًا آخر.',
} as const;

export const subscribing = {
  turnOn,
  on: 'الإشعارات مفعّلة على هذا الجهاز.',
  turnOff: 'أوقف الإشعارات',
  wait: 'لحظة من فضلك…',
  blocked: 'الإشعارات ممنوعة لهذا الموقع. اسمح بها من إعدادات الموقع بجوار العنوان.',
  unsupported: 'هذا المتصفح لا يعرض إشعارات المواقع.',
  install: 'أضف هذه الصفحة إلى الشاشة الرئيسية لتصلك الإشعارات.',
  failed: 'لم ينجح ذلك. أعد المحاولة.',
  ended: 'أُوقفت الإشعارات ومُحي كل ما حُفظ عن هذا الجهاز.',
} as const;

export const offline = {
  title: 'لا يوجد اتصال بالشبكة',
  more: 'نفتح الصفحة تلقائيًا فور عودة الاتصال.',
  again: 'أعد المحاولة الآن',
  last: 'آخر ما وصلك في الإشعارات',
  nothing: 'لم يصل إلى هذا الجهاز إشعار بعد.',
} as const;
