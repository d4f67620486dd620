import type { Page } from 'playwright-core';
import type { Scene, Stage } from './scenes.ts';

type Language = 'ar' | 'en';

const HEADLINES = {
  ar: {
    vote: 'البرلمان يصوّت على الموازنة مساء اليوم',
    draft: 'نتائج أولية: تقدّم القائمة الحاكمة في ثلاث محافظات',
    held: 'هزة أرضية يشعر بها سكان العاصمة',
    before: 'إصابة أربعة ركاب في خروج قطار عن سكته قرب المحطة الغربية',
    after: 'إصابة خمسة ركاب في خروج قطار عن سكته قرب المحطة الشمالية',
    note: 'صُحح العدد واسم المحطة.',
  },
  en: {
    vote: 'Parliament votes on the budget this evening',
    draft: 'Early results: ruling list ahead in three provinces',
    held: 'Tremor felt across the capital',
    before: 'Four passengers hurt as train derails near the western station',
    after: 'Five passengers hurt as train derails near the northern station',
    note: 'The number and the station were corrected.',
  },
} as const;

const EVERYWHERE = { languages: ['ar', 'en'], widths: ['phone', 'desktop'] } as const;

/** What waits, is undone, is compared and is managed. */
export const DESK_WAITING_SCENES: readonly Scene[] = [
  { name: 'desk-undo', ...EVERYWHERE, open: hold },
  {
    name: 'desk-undo-dark',
    languages: ['ar'],
    widths: ['phone', 'desktop'],
    colorScheme: 'dark',
    open: hold,
  },
  { name: 'desk-scheduled', ...EVERYWHERE, open: schedule },
  { name: 'desk-versions', ...EVERYWHERE, whole: true, open: compare },
  {
    name: 'desk-versions-dark',
    languages: ['ar'],
    widths: ['desktop'],
    colorScheme: 'dark',
    whole: true,
    open: compare,
  },
  {
    name: 'desk-history',
    ...EVERYWHERE,
    open: async (page, stage) => {
      await signIn(page, stage, '#/history');
      await page.locator('.rows li').nth(3).waitFor();
    },
  },
  {
    name: 'desk-keys',
    languages: ['ar', 'en'],
    widths: ['desktop'],
    open: async (page, stage) => {
      await signIn(page, stage);
      await page.locator('button.keys').click();
      await page.locator('dialog[open]').waitFor();
    },
  },
  ...(['editors', 'topics', 'newsroom', 'audit'] as const).map((of): Scene => ({
    name: `desk-${of}`,
    ...EVERYWHERE,
    open: async (page, stage) => {
      await signIn(page, stage, `#/admin/${of}`);
      await page.locator('.admin :is(.row, .settings, tbody tr)').first().waitFor();
    },
  })),
  { name: 'desk-sources', ...EVERYWHERE, whole: true, open: listSources },
];

/** A wire that has sent a little, an office that is silent, a feed that cannot be read. */
async function listSources(page: Page, stage: Stage): Promise<void> {
  const headers = { authorization: `Bearer ${stage.adminKey}` };
  const topics = { 'World News': 'world', default: 'world' };
  const feed = { type: 'feed', url: 'https://wire.invalid/breaking.rss', mark: 'عاجل' };
  const all = {
    agency: { type: 'ninjs', secret: 'the-secret-of-the-agency' },
    met: { type: 'cap' },
    wire: feed,
  };
  for (const [id, settings] of Object.entries(all)) {
    const data = { topics, ...settings };
    await page.context().request.put(`${stage.origin}/v1/sources/${id}`, { headers, data });
  }
  const items = [
    { uri: 'urn:agency:1', urgency: 2, headline: 'الرئيسان يوقّعان اتفاق الممر البحري' },
    { uri: 'urn:agency:2', urgency: 6, headline: 'افتتاح معرض الكتاب' },
    { uri: 'urn:agency:3', type: 'picture', headline: 'صورة من المؤتمر' },
  ];
  for (const data of items) {
    const url = `${stage.origin}/v1/intake/agency`;
    await page
      .context()
      .request.post(url, { headers: { authorization: 'Bearer the-secret-of-the-agency' }, data });
  }
  await signIn(page, stage, '#/admin/sources');
  const agency = page.locator('[data-source="agency"]');
  await agency.locator('desk-source-items summary').click();
  await agency.locator('.arrivals li').nth(2).waitFor();
}

async function signIn(page: Page, { origin, adminKey }: Stage, hash = '#/'): Promise<void> {
  await page.context().request.post(`${origin}/v1/session`, { data: { key: adminKey } });
  await page.goto(`${origin}/desk${hash}`);
  await page.locator('.lists li').first().waitFor();
}

async function post(page: Page, { origin, adminKey }: Stage, path: string, data: object): Promise<string> {
  const headers = { authorization: `Bearer ${adminKey}` };
  const answer = await page.context().request.post(`${origin}${path}`, { headers, data });
  return ((await answer.json()) as { id: string }).id;
}

const alertOf = (headline: string, lang: Language): object => ({
  headline,
  lang,
  topics: ['world', 'politics'],
  allowDuplicate: true, // of the other width
});

async function hold(page: Page, stage: Stage, language: Language): Promise<void> {
  const sendAt = new Date(Date.now() + 25_000).toISOString();
  const alert = { ...alertOf(HEADLINES[language].held, language), urgency: 'flash', sendAt };
  const id = await post(page, stage, '/v1/alerts', alert);
  await signIn(page, stage, `#/${id}`);
  await page.locator('desk-undo').waitFor();
}

async function schedule(page: Page, stage: Stage, language: Language): Promise<void> {
  const { vote, draft } = HEADLINES[language];
  const sendAt = new Date(Date.now() + 2 * 3_600_000 + 10 * 60_000).toISOString();
  await post(page, stage, '/v1/alerts', { ...alertOf(draft, language), draft: true });
  const id = await post(page, stage, '/v1/alerts', { ...alertOf(vote, language), sendAt });
  await signIn(page, stage, `#/${id}`);
  await page.locator('#tab-scheduled').click();
  await page.locator('.lists li', { hasText: vote }).first().waitFor();
  await page.locator('desk-waiting').waitFor();
}

async function compare(page: Page, stage: Stage, language: Language): Promise<void> {
  const { before, after, note } = HEADLINES[language];
  const id = await post(page, stage, '/v1/alerts', alertOf(before, language));
  await post(page, stage, `/v1/alerts/${id}/versions`, { change: 'correction', headline: after, note });
  await signIn(page, stage, `#/${id}`);
  await page.locator('.text-change').waitFor();
  await page.locator('.alert header .status.sent').waitFor();
  await page.locator('.curve').waitFor();
}
