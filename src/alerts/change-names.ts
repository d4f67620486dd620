import { primaryLanguage } from './language.ts';
import type { Alert } from './schema.ts';

const NAMES: Readonly<Record<string, Readonly<Record<Alert['change'], string>>>> = {
  ar: { new: 'عاجل', update: 'تحديث', correction: 'تصحيح', retraction: 'خبر مسحوب' },
  en: { new: 'Breaking', update: 'Update', correction: 'Correction', retraction: 'Retracted' },
  fr: { new: 'Urgent', update: 'Mise à jour', correction: 'Correction', retraction: 'Retiré' },
};

/** What readers are told that a version is, in a language; in English where we lack the language. */
export function changeName(change: Alert['change'], lang: string): string {
  return (NAMES[primaryLanguage(lang)] ?? NAMES['en'])?.[change] ?? change;
}
