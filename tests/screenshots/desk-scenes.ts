import type { Page } from 'playwright-core';
import { PHONE } from '../support/chromium.ts';
import { addVirtualAuthenticator } from '../support/virtual-authenticator.ts';
import type { Scene, Stage } from './scenes.ts';

/** An editor's texts in each language; made up. Sent twice, a headline would be questioned: the wide page has its own. */
const TEXTS = {
  ar: {
    headline: 'انطلاق قمة طارئة لوزراء الخارجية لبحث وقف إطلاق النار',
    wide: 'وصول الوفود إلى قمة وزراء الخارجية لبحث وقف إطلاق النار',
    body: 'الوزراء يناقشون مقترحًا لهدنة من ثلاثة أيام، والبيان الختامي مساء اليوم.',
  },
  en: {
    headline: 'Foreign ministers open an emergency summit on a ceasefire',
    wide: 'Delegations arrive for the foreign ministers’ summit on a ceasefire',
    body: 'On the table: a three-day truce. A final statement is due this evening.',
  },
} as const;

const CORRECTED = {
  ar: {
    first: 'إصابة خمسة عمال في انهيار سقف مصنع شمال العاصمة',
    colleague: 'إصابة ثلاثة عمال في انهيار سقف مصنع شمال العاصمة',
    own: 'إصابة خمسة عمال في انهيار جزء من سقف مصنع شمال العاصمة',
  },
  en: {
    first: 'Five workers hurt as a factory roof falls in north of the capital',
    colleague: 'Three workers hurt as a factory roof falls in north of the capital',
    own: 'Five workers hurt as part of a factory roof falls in north of the capital',
  },
} as const;

const EVERYWHERE = { languages: ['ar', 'en'], widths: ['phone', 'desktop'] } as const;

export const DESK_SCENES: readonly Scene[] = [
  {
    name: 'desk-sign-in',
    ...EVERYWHERE,
    open: async (page, { origin }) => {
      await page.goto(`${origin}/desk`);
      await page.locator('#key:focus').waitFor();
    },
  },
  { name: 'desk-passkey-offer', ...EVERYWHERE, open: offerPasskey },
  { name: 'desk-passkeys', ...EVERYWHERE, open: listPasskeys },
  { name: 'desk-write', ...EVERYWHERE, open: write },
  { name: 'desk-write-dark', languages: ['ar'], widths: ['desktop'], colorScheme: 'dark', open: write },
  { name: 'desk-question', ...EVERYWHERE, open: ask },
  {
    name: 'desk-report',
    ...EVERYWHERE,
    open: async (page, stage, language) => {
      await ask(page, stage, language);
      await page.locator('dialog[open] .main').click();
      await page.locator('desk-undo .buttons button').nth(1).click();
      await page.locator('.alert header .status.sent').waitFor();
      await page.locator('.curve').waitFor();
    },
  },
  { name: 'desk-overtaken', ...EVERYWHERE, open: beOvertaken },
  { name: 'desk-stories', ...EVERYWHERE, open: listStories },
  { name: 'desk-health', ...EVERYWHERE, open: showHealth },
];

const STORIES = [
  { name: 'زلزال الساحل الشرقي', lang: 'ar' },
  { name: 'Ceasefire talks in Muscat', lang: 'en' },
];

async function listStories(page: Page, { origin, adminKey }: Stage): Promise<void> {
  const headers = { authorization: `Bearer ${adminKey}` };
  const { request } = page.context();
  // Of the picture before this one.
  const open = (await (await request.get(`${origin}/v1/stories`)).json()) as { stories: unknown[] };
  if (open.stories.length === 0) {
    for (const data of STORIES) await request.post(`${origin}/v1/stories`, { headers, data });
  }
  await request.post(`${origin}/v1/session`, { data: { key: adminKey } });
  await page.goto(`${origin}/desk#/stories`);
  await page.locator('[data-story]').first().waitFor();
  await page.locator('.lists li').first().waitFor();
}

async function showHealth(page: Page, stage: Stage, language: 'ar' | 'en'): Promise<void> {
  const { origin, adminKey } = stage;
  const headers = { authorization: `Bearer ${adminKey}` };
  const { request } = page.context();
  const data = {
    headline: TEXTS[language].headline,
    lang: language,
    topics: ['world', 'politics'],
    allowDuplicate: true,
  };
  await request.post(`${origin}/v1/alerts`, { headers, data });
  await request.post(`${origin}/v1/session`, { data: { key: adminKey } });
  await page.goto(`${origin}/desk#/health`);
  await page.locator('[data-table="alerts"] tbody tr').first().waitFor();
}

async function offerPasskey(page: Page, { origin, adminKey }: Stage): Promise<void> {
  await page.goto(`${origin}/desk`);
  await page.locator('#key').fill(adminKey);
  await page.locator('#key').press('Enter');
  await page.locator('desk-passkey-offer section').waitFor();
  await page.locator('.lists li').first().waitFor();
}

async function listPasskeys(page: Page, stage: Stage, language: 'ar' | 'en'): Promise<void> {
  await addVirtualAuthenticator(page);
  const { origin, adminKey } = stage;
  const headers = { authorization: `Bearer ${adminKey}` };
  const { request } = page.context();
  // Of the picture before this one.
  const before = await (await request.get(`${origin}/v1/passkeys`, { headers })).json();
  for (const { id } of (before as { passkeys: { id: string }[] }).passkeys) {
    await request.delete(`${origin}/v1/passkeys/${id}`, { headers });
  }
  await request.post(`${origin}/v1/session`, { data: { key: adminKey } });
  await page.goto(`${origin}/desk#/passkeys`);
  await page.locator('#passkey-name').fill(language === 'ar' ? 'حاسوب غرفة الأخبار' : 'Newsroom computer');
  await page.locator('#passkey-name').press('Enter');
  await page.locator('[data-passkey]').waitFor();
}

async function write(page: Page, { origin, adminKey }: Stage, language: 'ar' | 'en'): Promise<void> {
  await page.context().request.post(`${origin}/v1/session`, { data: { key: adminKey } });
  await page.goto(`${origin}/desk`);
  const { headline, wide, body } = TEXTS[language];
  const isWide = (page.viewportSize()?.width ?? 0) > PHONE.viewport.width;
  await page.locator('[name="headline"]').fill(isWide ? wide : headline);
  await page.locator('[name="body"]').fill(body);
  await page.locator('[name="lang"]').selectOption(language);
  await page.locator('[name="topics"][value="world"]').check();
  await page.locator('.reach b').getByText(/\d/).waitFor();
  await page.locator('.lists li').first().waitFor();
}

async function ask(page: Page, stage: Stage, language: 'ar' | 'en'): Promise<void> {
  await write(page, stage, language);
  await page.locator('[name="headline"]').press('Control+Enter');
  await page.locator('dialog[open]').waitFor();
}

/** Corrects an alert that a colleague has corrected since the form was opened. */
async function beOvertaken(page: Page, { origin, adminKey }: Stage, language: 'ar' | 'en'): Promise<void> {
  const { first, colleague, own } = CORRECTED[language];
  const headers = { authorization: `Bearer ${adminKey}` };
  const post = async (path: string, data: object): Promise<string> => {
    const answer = await page.context().request.post(`${origin}${path}`, { headers, data });
    return ((await answer.json()) as { id: string }).id;
  };
  const allowDuplicate = true; // of the other width
  const id = await post('/v1/alerts', { headline: first, lang: language, topics: ['world'], allowDuplicate });
  await page.context().request.post(`${origin}/v1/session`, { data: { key: adminKey } });
  await page.goto(`${origin}/desk#/${id}/correction`);
  await page.locator('[name="headline"]').fill(own);
  await post(`/v1/alerts/${id}/versions`, { change: 'correction', headline: colleague });
  await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
  await page.locator('.overtaken').waitFor();
}
