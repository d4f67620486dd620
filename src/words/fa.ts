export const changes = {
  new: 'فوری',
  news: 'خبر',
  update: 'به‌روزرسانی',
  correction: 'اصلاحیه',
  retraction: 'خبر پس‌گرفته‌شده',
} as const;

export const close = 'بستن';

export const alertPage = {
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
} as const;
