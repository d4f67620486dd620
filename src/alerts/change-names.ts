import { primaryLanguage } from './language.ts';
import type { Alert } from './schema.ts';

/** `news`: what is not, or no longer, breaking. */
type Name = Alert['change'] | 'news';

const IN_ENGLISH: Readonly<Record<Name, string>> = {
  new: 'Breaking',
  news: 'News',
  update: 'Update',
  correction: 'Correction',
  retraction: 'Retracted',
};

const NAMES: Readonly<Record<string, Readonly<Record<Name, string>>>> = {
  ar: { new: 'عاجل', news: 'خبر', update: 'تحديث', correction: 'تصحيح', retraction: 'خبر مسحوب' },
  ckb: {
    new: 'بەپەلە',
    news: 'هەواڵ',
    update: 'نوێکردنەوە',
    correction: 'ڕاستکردنەوە',
    retraction: 'هەواڵی کشاوە',
  },
  de: {
    new: 'Eilmeldung',
    news: 'Meldung',
    update: 'Aktualisiert',
    correction: 'Korrektur',
    retraction: 'Zurückgezogen',
  },
  en: IN_ENGLISH,
  es: {
    new: 'Última hora',
    news: 'Noticia',
    update: 'Actualización',
    correction: 'Corrección',
    retraction: 'Retirada',
  },
  fa: {
    new: 'فوری',
    news: 'خبر',
    update: 'به‌روزرسانی',
    correction: 'اصلاحیه',
    retraction: 'خبر پس‌گرفته‌شده',
  },
  fr: { new: 'Urgent', news: 'Info', update: 'Mise à jour', correction: 'Correction', retraction: 'Retiré' },
  he: { new: 'מבזק', news: 'ידיעה', update: 'עדכון', correction: 'תיקון', retraction: 'ידיעה שנמשכה' },
  ru: {
    new: 'Срочно',
    news: 'Новость',
    update: 'Обновление',
    correction: 'Исправление',
    retraction: 'Отозвано',
  },
  tr: {
    new: 'Son dakika',
    news: 'Haber',
    update: 'Güncelleme',
    correction: 'Düzeltme',
    retraction: 'Geri çekildi',
  },
  ur: {
    new: 'بریکنگ نیوز',
    news: 'خبر',
    update: 'اپ ڈیٹ',
    correction: 'تصحیح',
    retraction: 'واپس لی گئی خبر',
  },
  zh: { new: '突发', news: '新闻', update: '更新', correction: '更正', retraction: '已撤回' },
};

const nameOf = (name: Name, lang: string): string =>
  (NAMES[primaryLanguage(lang)] ?? IN_ENGLISH)[name] ?? name;

/** What readers are told that a version is, in a language; in English where we lack the language. */
export const changeName = (change: Alert['change'], lang: string): string => nameOf(change, lang);

/** The word in front of a headline. What is quiet, or has expired, is not called breaking. */
export function labelName(
  { change, urgency }: Pick<Alert, 'change' | 'urgency'>,
  lang: string,
  hasExpired: boolean,
): string {
  return nameOf(change === 'new' && (urgency === 'normal' || hasExpired) ? 'news' : change, lang);
}
