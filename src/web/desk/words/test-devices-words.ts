import type { Language } from '../../../words/language.ts';
import type { Plural } from './translated.ts';

const en = {
  heading: 'Test devices',
  why: 'Try an alert on your own devices before anybody else sees it. Open the desk on each device and add it there.',
  none: 'You have no test devices yet.',
  testSent: 'The test is on its way to {devices}.',
  testDevices: { one: '{n} device', other: '{n} devices' } as Plural,
  unnamed: 'A device without a name',
  name: 'Name of this device',
  nameHint: 'For example: my phone',
  add: 'Add this device',
  remove: 'Remove',
  removeNamed: 'Remove {name}',
  added: 'This device was added.',
  removed: 'The device was removed.',
  refresh: 'Look again',
  never: 'No test sent yet',
  lastTest: '{outcome}, {time}',
  goneOne:
    '{name} no longer takes notifications, and was removed ({time}). Open the desk on it to add it again.',
  outcomes: {
    pending: 'Test on its way',
    accepted: 'Test delivered to its push service',
    gone: 'It no longer takes notifications',
    rejected: 'Its push service refused the test',
    failed: 'The test did not get through',
  },
  cannot: {
    denied:
      'This browser blocks notifications from this site. Allow them in the site settings, then try again.',
    install:
      'On an iPhone or iPad, add this page to the Home Screen, open it from there, and add the device.',
    unsupported: 'This browser takes no notifications. Use another one.',
    failed: 'The browser could not subscribe. Check its network and try again.',
  },
  noServer: 'The server did not answer. Try again.',
};

const ar: typeof en = {
  heading: 'أجهزة التجربة',
  why: 'جرّب الخبر على أجهزتك قبل أن يراه أحد. افتح مكتب التحرير على كل جهاز وأضفه منها.',
  none: 'لم تُضف أجهزة للتجربة بعد.',
  testSent: 'التجربة في طريقها إلى {devices}.',
  testDevices: { one: 'جهاز واحد', two: 'جهازين', few: '{n} أجهزة', many: '{n} جهازًا', other: '{n} جهاز' },
  unnamed: 'جهاز بلا اسم',
  name: 'اسم هذا الجهاز',
  nameHint: 'مثلًا: هاتفي',
  add: 'أضف هذا الجهاز',
  remove: 'احذف',
  removeNamed: 'احذف {name}',
  added: 'أُضيف هذا الجهاز.',
  removed: 'حُذف الجهاز.',
  refresh: 'حدّث القائمة',
  never: 'لم تُرسل إليه تجربة بعد',
  lastTest: '{outcome}، {time}',
  goneOne: 'لم يعد {name} يستقبل الإشعارات، فحُذف ({time}). افتح مكتب التحرير عليه لإضافته من جديد.',
  outcomes: {
    pending: 'التجربة في طريقها',
    accepted: 'سُلّمت التجربة إلى خدمة إشعاراته',
    gone: 'لم يعد يستقبل الإشعارات',
    rejected: 'رفضت خدمة إشعاراته التجربة',
    failed: 'لم تصل التجربة',
  },
  cannot: {
    denied: 'يحجب هذا المتصفح إشعارات الموقع. اسمح بها في إعدادات الموقع ثم أعد المحاولة.',
    install: 'على آيفون أو آيباد: أضف هذه الصفحة إلى الشاشة الرئيسية، وافتحها من هناك، ثم أضف الجهاز.',
    unsupported: 'هذا المتصفح لا يستقبل الإشعارات. استخدم متصفحًا آخر.',
    failed: 'تعذّر الاشتراك في هذا المتصفح. تحقق من اتصاله ثم أعد المحاولة.',
  },
  noServer: 'لم يُجب الخادم. أعد المحاولة.',
};

export const TEST_DEVICES: Readonly<Record<Language, typeof en>> = { ar, en };
