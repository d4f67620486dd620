export const changes = {
  new: 'بریکنگ نیوز',
  news: 'خبر',
  update: 'اپ ڈیٹ',
  correction: 'تصحیح',
  retraction: 'واپس لی گئی خبر',
} as const;

export const close = 'بند کریں';

export const fewer = 'کم اطلاعات';
export const leaveStory = 'پیروی ختم کریں';

export const alertPage = {
  site: 'عاجل',
  all: 'تمام بریکنگ نیوز',
  article: 'پوری خبر پڑھیں',
  story: 'اس سلسلے کی خبر:',
  followStory: 'یہ سلسلہ فالو کریں',
  leaveStory,
  followFailed: 'یہ نہ ہو سکا۔ کنکشن دیکھ کر دوبارہ کوشش کریں۔',
  moreOfStory: 'اس سلسلے کی تمام خبریں',
  history: 'اس خبر کی تاریخ',
  first: 'شائع ہوئی',
  retracted: 'یہ خبر واپس لے لی گئی ہے۔ اس پر بھروسا نہ کریں۔',
  invite: 'بریکنگ نیوز فوراً اپنے فون یا کمپیوٹر پر پائیں۔',
  turnOn: 'اطلاعات چالو کریں',
  missing: 'اس پتے پر کوئی خبر نہیں',
  missingMore: 'ممکن ہے لنک نامکمل یا پرانا ہو۔ تازہ ترین خبریں پہلے صفحے پر ہیں۔',
} as const;

export const subscribing = {
  turnOn: alertPage.turnOn,
  on: 'اس آلے پر اطلاعات چالو ہیں۔',
  turnOff: 'اطلاعات بند کریں',
  wait: 'ایک لمحہ…',
  blocked: 'اس سائٹ کی اطلاعات روکی گئی ہیں۔ پتے کے ساتھ سائٹ کی ترتیبات میں اجازت دیں۔',
  unsupported: 'یہ براؤزر سائٹوں کی اطلاعات نہیں دکھاتا۔',
  install: 'اطلاعات پانے کے لیے اس صفحے کو ہوم اسکرین پر شامل کریں۔',
  failed: 'ایسا نہ ہو سکا۔ دوبارہ کوشش کریں۔',
  ended: 'اطلاعات بند ہو گئیں اور اس آلے کے بارے میں جو کچھ محفوظ تھا مٹا دیا گیا۔',
} as const;
