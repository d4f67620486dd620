import { afterAll, beforeAll, expect, test as base } from 'vitest';
import { violations } from '../support/accessibility.ts';
import { startChromium, type Chromium } from '../support/chromium.ts';
import { openDesk, type DeskPage } from '../support/desk-page.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { addVirtualAuthenticator, type VirtualAuthenticator } from '../support/virtual-authenticator.ts';

let stack: Stack;
let chromium: Chromium;

beforeAll(async () => {
  [stack, chromium] = await Promise.all([startStack(), startChromium()]);
});
afterAll(async () => {
  await chromium?.stop();
  await stack?.stop();
});

const test = base.extend<{ desk: DeskPage; device: VirtualAuthenticator; key: string }>({
  key: async ({ onTestFailed }, use) => {
    onTestFailed(() => void process.stderr.write(stack.logs()));
    await use(await stack.addEditor('نورة', 'author'));
  },
  desk: async ({ key: _key }, use) => {
    const context = await chromium.newReader({ reducedMotion: 'reduce' });
    const desk = await openDesk(context, stack.origin);
    await use(desk);
    await desk.page.close();
    if (desk.complaints.length > 0) throw new Error(desk.complaints.join('\n'));
  },
  device: async ({ desk }, use) => use(await addVirtualAuthenticator(desk.page)),
});

const WITH_PASSKEY = 'ادخل بمفتاح مرور';

test('an editor makes a passkey after typing the key, and signs in with it by one press of Enter', async ({
  desk,
  device,
  key,
}) => {
  const { page } = desk;
  await page.getByRole('button', { name: WITH_PASSKEY }).waitFor();
  expect(await violations(page)).toEqual([]);
  await desk.signIn(key);
  await page.getByRole('button', { name: 'أنشئ مفتاح مرور' }).waitFor();
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'أنشئ مفتاح مرور' }).press('Enter');
  await page.getByRole('status').getByText('أُضيف مفتاح المرور').waitFor();
  expect(await device.count()).toBe(1);

  await page.getByRole('button', { name: 'خروج' }).press('Enter');
  await page.locator('desk-passkey-sign-in button:focus').waitFor();
  await page.keyboard.press('Enter');
  await page.locator('desk-writer [name="headline"]:focus').waitFor();
  await page.locator('.who').getByText('نورة').waitFor();
  expect(await page.locator('desk-passkey-offer').count()).toBe(0);
  // The session may change things: it has its CSRF token.
  await desk.write({ headline: 'خبر بلا مفتاح' });
  await desk.review();
});

test('the offer of a passkey is declined once for this browser', async ({ desk, device, key }) => {
  const { page } = desk;
  await desk.signIn(key);
  await page.getByRole('button', { name: 'ليس على هذا الجهاز' }).press('Enter');
  await page.locator('desk-passkey-offer').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'خروج' }).press('Enter');
  await desk.signIn(key);
  await page.locator('desk-writer').waitFor();
  expect(await page.getByRole('button', { name: 'أنشئ مفتاح مرور' }).count()).toBe(0);
  expect(await device.count()).toBe(0);
});

test('an editor lists, names and removes passkeys, in Arabic and in English', async ({
  desk,
  device,
  key,
}) => {
  const { page } = desk;
  await desk.signIn(key);
  await page.locator('.top .who').press('Enter');
  await page.locator('desk-passkeys h1:focus').waitFor();
  await page.getByText('ليس لديك مفاتيح مرور بعد').waitFor();
  await page.locator('#passkey-name').fill('');
  await page.locator('#passkey-name').press('Enter');
  await page.getByRole('alert').getByText('سمِّ مفتاح المرور').waitFor();
  await page.locator('#passkey-name').fill('حاسوب المكتب');
  await page.locator('#passkey-name').press('Enter');
  await page.locator('[data-passkey]').getByText('حاسوب المكتب').waitFor();
  expect(await violations(page)).toEqual([]);

  await page.getByRole('button', { name: 'English' }).press('Enter');
  await page.getByRole('button', { name: 'Make a passkey on this device' }).press('Enter');
  await page.getByRole('alert').getByText('already has a passkey').waitFor();
  expect(await device.count()).toBe(1);
  await page.locator('[data-passkey]').getByText('not used yet').waitFor();
  expect(await violations(page)).toEqual([]);

  await page.getByRole('button', { name: 'Remove' }).press('Enter');
  await page.locator('dialog[open]').getByText('is signed out').waitFor();
  await page.locator('dialog[open] .main').press('Enter');
  await page.getByText('You have no passkeys yet').waitFor();
  await page.getByRole('button', { name: 'Sign out' }).press('Enter');
  await page.getByRole('button', { name: 'Sign in with a passkey' }).press('Enter');
  await page.getByRole('alert').getByText('was removed. Sign in with your API key').waitFor();
  expect(await violations(page)).toEqual([]);
});

test('an admin sees an editor’s passkeys and removes one, by keyboard', async ({ desk, device }) => {
  const { page } = desk;
  await desk.signIn(await stack.addEditor('ليلى', 'author'));
  await page.getByRole('button', { name: 'أنشئ مفتاح مرور' }).press('Enter');
  await page.getByRole('status').getByText('أُضيف مفتاح المرور').waitFor();
  await page.getByRole('button', { name: 'خروج' }).press('Enter');
  await page.locator('#key').focus();
  await desk.signIn(stack.adminKey);
  await page.locator('desk-writer').waitFor();
  await page.evaluate(`location.hash = '#/admin/editors'`);
  const passkeys = page.locator('desk-editor-passkeys', { has: page.locator('[data-passkey]') });
  const summaries = page.locator('desk-editor-passkeys summary');
  await summaries.last().press('Enter');
  await passkeys.getByText('لم يُستخدم بعد').waitFor();
  await passkeys.getByRole('button', { name: 'احذف' }).press('Enter');
  await page.locator('dialog[open]').getByText('ليلى').waitFor();
  await page.locator('dialog[open] .main').press('Enter');
  await page.locator('desk-editor-passkeys summary:focus').waitFor();
  await page.locator('desk-editor-passkeys').last().getByText('لا مفاتيح مرور.').waitFor();
  await page.getByRole('button', { name: 'خروج' }).press('Enter');
  await page.getByRole('button', { name: WITH_PASSKEY }).press('Enter');
  await page.getByRole('alert').getByText('غير معروف أو حُذف').waitFor();
  expect(await device.count()).toBe(1);
});

test('who is not recognised by the device is told so, and signs in with the key', async ({
  desk,
  device,
  key,
}) => {
  const { page } = desk;
  await device.recognize(false);
  await page.getByRole('button', { name: WITH_PASSKEY }).press('Enter');
  await page.getByRole('alert').getByText('لم يحدث شيء').waitFor();
  await page.locator('#key').focus();
  await desk.signIn(key);
  await page.locator('desk-writer').waitFor();
  expect(await device.count()).toBe(0);
});
