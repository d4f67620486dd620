import { newAlertId } from '../../src/alerts/id.ts';
import { firstVersion, nextVersion } from '../../src/alerts/versions.ts';
import { newAlertSchema, newVersionSchema } from '../../src/alerts/input.ts';
import { createAlertStore } from '../../src/alerts/store.ts';
import { createLogger } from '../../src/ops/logger.ts';
import { closeRedis, connectRedis, waitUntilReady } from '../../src/redis/connect.ts';

/** Pages go by the server's clock: the news is as old as it says when the pictures are taken. */
const NOW = new Date();

interface Change {
  readonly minutesAgo: number;
  readonly fields: object;
}
interface Item {
  /** What scenes call it. */
  readonly name?: string;
  readonly minutesAgo: number;
  readonly fields: object;
  readonly changes?: readonly Change[];
}

/** An evening's news, oldest first. All of it is made up. */
const ITEMS: readonly Item[] = [
  {
    minutesAgo: 310,
    fields: {
      headline: 'Central bank leaves interest rates unchanged after a two-day meeting',
      lang: 'en',
      topics: ['economy'],
      urgency: 'normal',
    },
  },
  {
    minutesAgo: 185,
    fields: {
      headline: 'البنك المركزي يثبّت أسعار الفائدة ويتوقع تباطؤ التضخم في الربع المقبل',
      lang: 'ar',
      topics: ['economy'],
      urgency: 'normal',
    },
  },
  {
    name: 'retracted',
    minutesAgo: 96,
    fields: {
      headline: 'استقالة وزير النقل على خلفية حادث القطار',
      body: 'قدّم الوزير استقالته إلى رئيس الحكومة مساء اليوم.',
      lang: 'ar',
      topics: ['politics'],
    },
    changes: [
      {
        minutesAgo: 81,
        fields: {
          change: 'retraction',
          note: 'نفت الوزارة الخبر، ولم نتمكن من تأكيده من مصدر ثانٍ. نعتذر لقرائنا.',
        },
      },
    ],
  },
  {
    minutesAgo: 52,
    fields: {
      headline: 'المنتخب يحسم بطاقة التأهل بهدف في الدقيقة الأخيرة',
      body: 'فوز بهدفين لهدف أمام ستين ألف متفرج، والقرعة يوم الجمعة.',
      lang: 'ar',
      topics: ['sport'],
    },
  },
  {
    name: 'corrected',
    minutesAgo: 38,
    fields: {
      headline: 'زلزال بقوة 6.4 درجات يضرب الساحل الشرقي ويُشعر به في العاصمة',
      body: 'لم ترد أنباء عن ضحايا حتى الآن. الدفاع المدني يدعو السكان إلى الابتعاد عن الشاطئ.',
      lang: 'ar',
      topics: ['world'],
      urgency: 'flash',
    },
    changes: [
      {
        minutesAgo: 24,
        fields: {
          change: 'correction',
          headline: 'زلزال بقوة 5.9 درجات يضرب الساحل الشرقي ويُشعر به في العاصمة',
          note: 'خفّض مركز رصد الزلازل تقديره من 6.4 إلى 5.9 درجات.',
        },
      },
    ],
  },
  {
    name: 'english',
    minutesAgo: 17,
    fields: {
      headline: 'Ceasefire talks resume in Muscat as mediators report “first real progress”',
      body: 'Both delegations are expected to meet in the same room for the first time on Thursday.',
      lang: 'en',
      topics: ['politics', 'world'],
    },
  },
  {
    name: 'lead',
    minutesAgo: 3,
    fields: {
      headline: 'إعادة فتح الميناء الرئيسي أمام السفن بعد إغلاق دام أسبوعين بسبب العاصفة',
      body: 'بدأت عشرات السفن المنتظرة في عرض البحر بالدخول تباعًا، وتتوقع هيئة الموانئ عودة الحركة إلى طبيعتها خلال ثلاثة أيام.',
      url: 'https://news.example/port-reopens',
      image: 'https://pictures.example/port.svg',
      lang: 'ar',
      topics: ['economy', 'world'],
    },
  },
];

/**
 * Puts the news into a store that no server uses yet, each with the time at which it was published.
 * @returns the ids, by name
 */
export async function publishNews(redisUrl: string): Promise<Readonly<Record<string, string>>> {
  const redis = connectRedis(redisUrl, 'command', createLogger({ level: 'silent', role: 'screenshots' }));
  await waitUntilReady(redis);
  const store = createAlertStore({ redis, now: Date.now });
  const ids: Record<string, string> = {};
  for (const { name, minutesAgo, fields, changes = [] } of ITEMS) {
    const at = (minutes: number): number => NOW.getTime() - minutes * 60_000;
    const input = newAlertSchema.parse(fields);
    let alert = firstVersion(newAlertId(at(minutesAgo)), input, 'desk', at(minutesAgo));
    await store.create(alert);
    for (const change of changes) {
      alert = nextVersion(alert, newVersionSchema.parse(change.fields), 'desk', at(change.minutesAgo));
      await store.addVersion(alert);
    }
    if (name !== undefined) ids[name] = alert.id;
  }
  await closeRedis(redis);
  return ids;
}

/** The picture that goes with the lead: a harbour at dusk. */
export const PORT_PICTURE = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1600 900">
  <defs>
    <linearGradient id="sky" x2="0" y2="1"><stop stop-color="#1d2b4a"/><stop offset=".55" stop-color="#b4586a"/><stop offset="1" stop-color="#f6b26b"/></linearGradient>
    <linearGradient id="sea" x2="0" y2="1"><stop stop-color="#d98a63"/><stop offset=".25" stop-color="#5b4a63"/><stop offset="1" stop-color="#141d33"/></linearGradient>
  </defs>
  <rect width="1600" height="620" fill="url(#sky)"/>
  <circle cx="1080" cy="545" r="92" fill="#ffe3a8"/>
  <rect y="600" width="1600" height="300" fill="url(#sea)"/>
  <g fill="#ffe3a8" opacity=".5"><rect x="1010" y="626" width="140" height="6"/><rect x="985" y="654" width="190" height="7"/><rect x="1020" y="690" width="120" height="7"/><rect x="960" y="735" width="240" height="8"/></g>
  <g fill="#10182b">
    <path d="M0 602V470h70v-36h90v60h110v-84h60v112h150v80z"/>
    <g id="crane"><path d="M250 600 290 300h18l40 300h-20l-14-110h-36l-12 110zM284 300h24l-6-60h-12zM120 296h470v14H120zM300 240 560 296h-26L300 250zM292 240 130 296h26l136-46z"/></g>
    <use href="#crane" x="300" y="20" transform="translate(40 0)"/>
    <path d="M840 640h560l-46 70H900zM930 640v-60h70v60zM1010 640v-84h70v84zM1090 640v-60h120v60zM1260 640V520h84v120zM1280 520v-46h34v46z"/>
  </g>
  <g><rect x="932" y="582" width="32" height="26" fill="#b3121d"/><rect x="1012" y="560" width="66" height="24" fill="#c9782f"/><rect x="1092" y="584" width="56" height="24" fill="#2f6f8f"/><rect x="1152" y="584" width="56" height="24" fill="#8f9a3a"/></g>
</svg>`;
