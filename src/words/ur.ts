export const changes = {
  new: 'بریکنگ نیوز',
  news: 'خبر',
  update: 'اپ ڈیٹ',
  correction: 'تصحیح',
  retraction: 'واپس لی گئی خبر',
} as const;

export const close = 'بند کریں';

export const alertPage = {
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
} as const;
