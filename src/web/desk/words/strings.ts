import type { Language } from '../../../words/language.ts';
import { admin as adminAr } from './ar/admin.ts';
import { alert as alertAr } from './ar/alert.ts';
import { finding as findingAr } from './ar/finding.ts';
import { frame as frameAr } from './ar/frame.ts';
import { outlets as outletsAr } from './ar/outlets.ts';
import { refusals as refusalsAr } from './ar/refusals.ts';
import { sending as sendingAr } from './ar/sending.ts';
import { waiting as waitingAr } from './ar/waiting.ts';
import { writing as writingAr } from './ar/writing.ts';
import { admin as adminEn } from './en/admin.ts';
import { alert as alertEn } from './en/alert.ts';
import { finding as findingEn } from './en/finding.ts';
import { frame as frameEn } from './en/frame.ts';
import { outlets as outletsEn } from './en/outlets.ts';
import { refusals as refusalsEn } from './en/refusals.ts';
import { sending as sendingEn } from './en/sending.ts';
import { waiting as waitingEn } from './en/waiting.ts';
import { writing as writingEn } from './en/writing.ts';
import type { Translated } from './translated.ts';

/** Every text of the desk. `{…}` are filled in; forms of a number are by its plural category. */
const ar = {
  ...frameAr,
  ...writingAr,
  ...sendingAr,
  ...alertAr,
  ...waitingAr,
  finding: findingAr,
  admin: adminAr,
  outlets: outletsAr,
  refusals: refusalsAr,
};
export type Strings = Translated<typeof ar>;
const en: Strings = {
  ...frameEn,
  ...writingEn,
  ...sendingEn,
  ...alertEn,
  ...waitingEn,
  finding: findingEn,
  admin: adminEn,
  outlets: outletsEn,
  refusals: refusalsEn,
};

export const STRINGS: Readonly<Record<Language, Strings>> = { ar, en };
