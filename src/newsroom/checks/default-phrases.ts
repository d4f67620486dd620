import type { PhraseLists } from './phrases.ts';

const list = (text: string): string[] => text.split('|').map((phrase) => phrase.trim());

/** What editors are asked about if the newsroom has no file of its own. They hold up nothing: every newsroom differs in that. */
export const DEFAULT_PHRASES: PhraseLists = {
  warn: {
    ar: list(`قتيل | قتلى | قتل | مقتل | اغتيال | وفاة | توفي | توفيت | رحيل | شهيد | شهداء | ضحايا | جثة
      | استقالة | استقال | إقالة | انقلاب | اعتقال | إعدام | انتحار | اتهام | تفجير | حرب
      | حظر النشر | محظور النشر | حظر نشر | ليس للنشر | لا ينشر قبل`),
    en: list(`killed | dead | death | deaths | dies | died | assassinated | victims | suicide | executed
      | resigns | resigned | resignation | sacked | ousted | coup | arrested | charged | bombing | war
      | embargo | embargoed | not for publication | hold for release`),
    fr: list(`tué | tués | tuée | tuées | mort | morts | décès | décédé | assassiné | victimes | suicide
      | démission | démissionne | limogé | coup d’état | arrêté | inculpé | attentat | guerre
      | embargo | sous embargo`),
  },
  approval: {},
};
