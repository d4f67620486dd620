export const changes = {
  new: 'فوری',
  news: 'خبر',
  update: 'به‌روزرسانی',
  correction: 'اصلاحیه',
  retraction: 'خبر پس‌گرفته‌شده',
} as const;

export const close = 'بستن';

export const fewer = 'اعلان کمتر';
export const leaveStory = 'دنبال نکن';

export const alertPage = {
  site: 'عاجل',
  all: 'همهٔ خبرهای فوری',
  article: 'خواندن کامل خبر',
  story: 'از این ماجرا:',
  followStory: 'این ماجرا را دنبال کن',
  leaveStory,
  followFailed: 'انجام نشد. اتصال را بررسی کنید و دوباره تلاش کنید.',
  moreOfStory: 'همهٔ خبرهای این ماجرا',
  history: 'تاریخچهٔ این خبر',
  first: 'منتشر شد',
  retracted: 'این خبر پس گرفته شده است. به آن استناد نکنید.',
  invite: 'خبرهای فوری را روی گوشی یا رایانهٔ خود دریافت کنید.',
  turnOn: 'فعال کردن اعلان‌ها',
  missing: 'در این نشانی خبری نیست',
  missingMore: 'شاید پیوند ناقص یا قدیمی باشد. تازه‌ترین خبرهای فوری در صفحهٔ اصلی است.',
} as const;

export const subscribing = {
  turnOn: alertPage.turnOn,
  on: 'اعلان‌ها روی این دستگاه فعال است.',
  turnOff: 'خاموش کردن اعلان‌ها',
  wait: 'لطفاً صبر کنید…',
  blocked: 'اعلان‌های این سایت مسدود است. در تنظیمات سایت، کنار نشانی، به آن اجازه دهید.',
  unsupported: 'این مرورگر اعلان سایت‌ها را نشان نمی‌دهد.',
  install: 'برای دریافت اعلان‌ها این صفحه را به صفحهٔ اصلی دستگاه اضافه کنید.',
  failed: 'انجام نشد. دوباره تلاش کنید.',
  ended: 'اعلان‌ها خاموش شد و هرچه دربارهٔ این دستگاه نگه داشته بودیم پاک شد.',
} as const;
