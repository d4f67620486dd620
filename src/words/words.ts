import * as ar from './ar.ts';
import * as ckb from './ckb.ts';
import * as de from './de.ts';
import * as en from './en.ts';
import * as es from './es.ts';
import * as fa from './fa.ts';
import * as fr from './fr.ts';
import * as he from './he.ts';
import * as ru from './ru.ts';
import * as tr from './tr.ts';
import * as ur from './ur.ts';
import * as zh from './zh.ts';

// What readers are told, by language: each word is in its language's file once. A bundle takes only the tables that it
// reads. The words of the reader page are in files of their own, because pages that share a module load all of it.

type ByLanguage<Key extends string> = Readonly<Record<string, Readonly<Record<Key, string>>>>;

/** What a version is. `news`: what is not, or no longer, breaking. */
export const CHANGES = {
  ar: ar.changes,
  ckb: ckb.changes,
  de: de.changes,
  en: en.changes,
  es: es.changes,
  fa: fa.changes,
  fr: fr.changes,
  he: he.changes,
  ru: ru.changes,
  tr: tr.changes,
  ur: ur.changes,
  zh: zh.changes,
} satisfies ByLanguage<keyof typeof en.changes>;

/** The name of the bar's button. */
export const CLOSE = {
  ar: ar.close,
  ckb: ckb.close,
  de: de.close,
  en: en.close,
  es: es.close,
  fa: fa.close,
  fr: fr.close,
  he: he.close,
  tr: tr.close,
  ur: ur.close,
} satisfies Readonly<Record<string, string>>;

/** The button on a notification that leads to "fewer of these". */
export const FEWER = {
  ar: ar.fewer,
  ckb: ckb.fewer,
  de: de.fewer,
  en: en.fewer,
  es: es.fewer,
  fa: fa.fewer,
  fr: fr.fewer,
  he: he.fewer,
  ru: ru.fewer,
  tr: tr.fewer,
  ur: ur.fewer,
  zh: zh.fewer,
} satisfies Readonly<Record<string, string>>;

/** The button on a notification that leaves the alert's story. */
export const LEAVE_STORY = {
  ar: ar.leaveStory,
  ckb: ckb.leaveStory,
  de: de.leaveStory,
  en: en.leaveStory,
  es: es.leaveStory,
  fa: fa.leaveStory,
  fr: fr.leaveStory,
  he: he.leaveStory,
  ru: ru.leaveStory,
  tr: tr.leaveStory,
  ur: ur.leaveStory,
  zh: zh.leaveStory,
} satisfies Readonly<Record<string, string>>;

/** What everything in a drill says. */
export const DRILL = { ar: ar.drill, en: en.drill } satisfies ByLanguage<keyof typeof en.drill>;

/** What a test send says, so that nobody takes it for real. Its readers are editors, who know one of these. */
export const TEST_SEND = { ar: ar.testSend, en: en.testSend } satisfies ByLanguage<keyof typeof en.testSend>;

/** The pages that list alerts: of a topic, of a day. */
export const LIST_PAGE = { ar: ar.listPage, en: en.listPage } satisfies ByLanguage<keyof typeof en.listPage>;

/** An alert's own page, in the languages that have a frame for it. */
export const ALERT_PAGE = {
  ar: ar.alertPage,
  ckb: ckb.alertPage,
  en: en.alertPage,
  fa: fa.alertPage,
  he: he.alertPage,
  ur: ur.alertPage,
} satisfies ByLanguage<keyof typeof en.alertPage>;

/** `<ajil-subscribe>`, the button on other sites, in the languages of our pages for alerts. */
export const SUBSCRIBING = {
  ar: ar.subscribing,
  ckb: ckb.subscribing,
  en: en.subscribing,
  fa: fa.subscribing,
  he: he.subscribing,
  ur: ur.subscribing,
} satisfies ByLanguage<keyof typeof en.subscribing>;

/** The page without a network, which the service worker writes. */
export const OFFLINE = { ar: ar.offline, en: en.offline } satisfies ByLanguage<keyof typeof en.offline>;
