import type { Language } from '../../../words/language.ts';
import type { Plural, Translated } from './translated.ts';

const alertsAr: Plural = {
  zero: 'بلا أخبار بعد',
  one: 'خبر واحد',
  two: 'خبران',
  few: '{n} أخبار',
  many: '{n} خبرًا',
  other: '{n} خبر',
};

/** Stories: the field in writing, the last question, the page with the open ones. */
const ar = {
  story: 'القصة',
  none: 'بلا قصة',
  create: 'قصة جديدة…',
  hint: 'يصل أول خبر في القصة إلى الجميع، وما بعده إلى من يتابعها.',
  name: 'اسم القصة',
  nameHint: 'يراه القرّاء. مثلًا: زلزال في شرق تركيا',
  start: 'ابدأ القصة',
  started: 'بدأت القصة.',
  ended: 'قصة انتهت',
  escalate: 'إلى الجميع: لا يقتصر على من يتابع القصة',
  escalateHint: 'لتطوّر كبير. ومن يصله يتابع القصة بعد ذلك، إلا من ألغى متابعتها.',
  goesToFollowers: 'خبر لاحق في قصة «{story}»: يصل إلى من يتابعها، {reach}.',
  goesToEverybody: 'سيصل {reach}، ومن يصله يتابع قصة «{story}» بعد ذلك.',
  goesToFollowersUnknown: 'خبر لاحق في قصة «{story}»: يصل إلى من يتابعها. العدد غير متاح الآن.',
  goesToNobody: 'لا أحد يتابع قصة «{story}» الآن: لن يصل الخبر إلى أي جهاز.',
  page: 'القصص',
  pageWhy: 'القصص المفتوحة. تنتهي القصة تلقائيًا بعد آخر خبر فيها بأيام، ولا تقبل خبرًا بعد ذلك.',
  nothing: 'لا قصص مفتوحة. تبدأ القصة من صفحة الكتابة.',
  alerts: alertsAr,
  ends: 'تنتهي {time}',
  rename: 'غيّر الاسم',
  end: 'أنهِ القصة…',
  endAsk: 'هل تنهي قصة «{name}»؟',
  endWhy: 'لن تقبل خبرًا بعد ذلك، ولا تُفتح من جديد. ما جُدول فيها يُرسل في وقته.',
  endYes: 'أنهِ القصة',
  read: 'أخبارها كما يراها القرّاء',
};

const en: Translated<typeof ar> = {
  story: 'Story',
  none: 'No story',
  create: 'New story…',
  hint: 'The first alert of a story goes to everybody, the others to those who follow it.',
  name: 'Name of the story',
  nameHint: 'Readers see it. For example: Earthquake in eastern Turkey',
  start: 'Start the story',
  started: 'The story has started.',
  ended: 'A story that has ended',
  escalate: 'Escalate: send it to everybody, not only to those who follow the story',
  escalateHint:
    'For a major turn. Readers who get it follow the story from then on, except those who left it.',
  goesToFollowers: 'A follow-up in the story “{story}”: it goes to those who follow it, {reach}.',
  goesToEverybody: 'It will reach {reach}. These readers then follow the story “{story}”.',
  goesToFollowersUnknown:
    'A follow-up in the story “{story}”: it goes to those who follow it. The number is not available right now.',
  goesToNobody: 'Nobody follows the story “{story}” right now: the alert reaches no device.',
  page: 'Stories',
  pageWhy:
    'The open stories. A story ends by itself some days after its last alert, and takes no alert from then on.',
  nothing: 'There are no open stories. You start one where you write.',
  alerts: { zero: 'no alerts yet', one: '{n} alert', other: '{n} alerts' },
  ends: 'ends {time}',
  rename: 'Rename',
  end: 'End the story…',
  endAsk: 'End the story “{name}”?',
  endWhy: 'It takes no more alerts, and does not open again. What is scheduled in it is sent at its time.',
  endYes: 'End the story',
  read: 'Its alerts, as readers see them',
};

export const STORY_WORDS: Readonly<Record<Language, typeof en>> = { ar, en };
