import type { Language } from '../../../words/language.ts';

const en = {
  heading: 'Your passkeys',
  link: 'Your passkeys',
  why: 'A passkey signs you in with your fingerprint, your face or the PIN of your device. Make one on each device that you work on.',
  signIn: 'Sign in with a passkey',
  or: 'Or with your API key',
  none: 'You have no passkeys yet.',
  name: 'Name of the passkey',
  nameHint: 'For example: my phone',
  nameMissing: 'Give the passkey a name.',
  add: 'Make a passkey on this device',
  added: 'The passkey was added. You can sign in with it from now on.',
  remove: 'Remove',
  removeNamed: 'Remove {name}',
  removeAsk: 'Remove the passkey {name}?',
  removeWhy:
    'It signs in no more, and everybody whom it signed in is signed out. Delete it on the device as well.',
  removeYes: 'Remove the passkey',
  removed: 'The passkey was removed.',
  never: 'Added {added}, not used yet',
  used: 'Added {added}, last used {time}',
  cannot:
    'Passkeys do not work here: open the desk at {url}, in a browser that has passkeys. Your API key works everywhere.',
  offer: 'No more typing of keys',
  offerWhy:
    'Make a passkey, and sign in next time with your fingerprint, your face or the PIN of this device.',
  offerYes: 'Make a passkey',
  notNow: 'Not on this device',
  thisDevice: 'This device',
  refused: 'This passkey is unknown or was removed. Sign in with your API key.',
  faults: {
    cancelled: 'Nothing was done: the browser was stopped, or found no passkey.',
    known: 'This device already has a passkey of yours.',
    failed: 'The browser could not use a passkey. Try again, or use your API key.',
  },
  noServer: 'The server did not answer. Try again.',
  serverSays: 'The server says: {detail}',
};

const ar: typeof en = {
  heading: 'مفاتيح المرور',
  link: 'مفاتيح مرورك',
  why: 'بمفتاح المرور تدخل ببصمتك أو بوجهك أو برمز جهازك. أنشئ مفتاحًا على كل جهاز تعمل عليه.',
  signIn: 'ادخل بمفتاح مرور',
  or: 'أو بمفتاح الدخول',
  none: 'ليس لديك مفاتيح مرور بعد.',
  name: 'اسم مفتاح المرور',
  nameHint: 'مثلًا: هاتفي',
  nameMissing: 'سمِّ مفتاح المرور.',
  add: 'أنشئ مفتاح مرور على هذا الجهاز',
  added: 'أُضيف مفتاح المرور، ويمكنك الدخول به من الآن.',
  remove: 'احذف',
  removeNamed: 'احذف {name}',
  removeAsk: 'هل تحذف مفتاح المرور {name}؟',
  removeWhy: 'لن يصلح للدخول بعد ذلك، وتنتهي كل جلسة فُتحت به. احذفه من الجهاز أيضًا.',
  removeYes: 'احذف مفتاح المرور',
  removed: 'حُذف مفتاح المرور.',
  never: 'أُضيف {added}، ولم يُستخدم بعد',
  used: 'أُضيف {added}، وآخر استخدام له {time}',
  cannot:
    'لا تعمل مفاتيح المرور هنا: افتح مكتب التحرير على {url} في متصفح يدعمها. أما مفتاح الدخول فيعمل في كل مكان.',
  offer: 'لا حاجة إلى كتابة المفتاح',
  offerWhy: 'أنشئ مفتاح مرور، وادخل في المرة القادمة ببصمتك أو بوجهك أو برمز هذا الجهاز.',
  offerYes: 'أنشئ مفتاح مرور',
  notNow: 'ليس على هذا الجهاز',
  thisDevice: 'هذا الجهاز',
  refused: 'مفتاح المرور هذا غير معروف أو حُذف. ادخل بمفتاح الدخول.',
  faults: {
    cancelled: 'لم يحدث شيء: أُوقف المتصفح أو لم يجد مفتاح مرور.',
    known: 'لك مفتاح مرور على هذا الجهاز من قبل.',
    failed: 'تعذّر على المتصفح استخدام مفتاح المرور. أعد المحاولة أو ادخل بمفتاح الدخول.',
  },
  noServer: 'لم يُجب الخادم. أعد المحاولة.',
  serverSays: 'يقول الخادم: {detail}',
};

export const PASSKEY_WORDS: Readonly<Record<Language, typeof en>> = { ar, en };
export type PasskeyWords = typeof en;
