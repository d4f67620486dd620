import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, onTestFailed, test } from 'vitest';
import type { EditorAlert } from '../../src/alerts/schema.ts';
import { startChromium, type Chromium } from '../support/chromium.ts';
import { changeNewsroom, setUndoSeconds } from '../support/desk-page.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { startWordpress, type Wordpress } from '../support/wordpress.ts';
import { wordpressEditor, type WordpressEditor } from './editor.ts';

const SECRET = randomBytes(24).toString('base64url');
const POLL = { timeout: 30_000, interval: 200 };
/** WP-Cron does nothing for a minute after it could not call itself. */
const LONG = { timeout: 90_000, interval: 500 };

let wordpress: Wordpress;
let stack: Stack;
let chromium: Chromium;
let editor: WordpressEditor;

beforeAll(async () => {
  wordpress = await startWordpress();
  [stack, chromium] = await Promise.all([
    startStack({ env: { ALLOWED_ORIGINS: wordpress.origin } }),
    startChromium(),
  ]);
  await setUndoSeconds(stack, 0);
  const put = await stack.api.asEditor('/v1/sources/wordpress', {
    method: 'PUT',
    body: { type: 'wordpress', mode: 'send', lang: 'ar', secret: SECRET, topics: { default: 'world' } },
  });
  if (put.status !== 201) throw new Error(`the source was refused: ${put.status}`);
  const context = await chromium.newBrowser({ ignoreHTTPSErrors: true, locale: 'en' });
  editor = wordpressEditor(await context.newPage(), wordpress);
  await editor.signIn();
});
afterAll(async () => {
  await chromium?.stop();
  await stack?.stop();
  await wordpress?.stop();
});
beforeEach(() => {
  onTestFailed(() => {
    process.stderr.write(`${stack.logs().slice(-3000)}\n${wordpress.logs().slice(-2000)}`);
  });
});
afterEach(() => wordpress.answerReaders(200));

const alerts = async (headline: string): Promise<EditorAlert[]> => {
  const { body } = await stack.api.asEditor('/v1/alerts?limit=100');
  return (body as { alerts: EditorAlert[] }).alerts.filter((alert) => alert.headline.startsWith(headline));
};
const theAlert = async (headline: string): Promise<EditorAlert> => {
  const [alert, ...others] = await alerts(headline);
  expect(others).toEqual([]);
  if (alert === undefined) throw new Error('no alert');
  return alert;
};
const stateIs = (state: string): Promise<void> => expect.poll(() => editor.state(), POLL).toBe(state);
const saves = async (): Promise<number> => Number(await wordpress.php("echo get_option('saves_of_posts');"));

/** A post that was sent as breaking. */
async function publishBreaking(title: string): Promise<EditorAlert> {
  await editor.newPost(title);
  await editor.wantBreaking();
  await editor.publish();
  await stateIs('sent');
  return theAlert(title);
}

test('an administrator activates it, sets the source, and sees that Ajil answers', async () => {
  const { page } = editor;
  await editor.go('/wp-admin/plugins.php');
  await page.getByRole('link', { name: /Activate Ajil Breaking/ }).click();
  await editor.go('/wp-admin/options-general.php?page=ajil-breaking');
  await page.getByLabel('Address of the source').fill('http://news.example/v1/intake/wordpress');
  await page.getByRole('button', { name: 'Check the connection' }).click();
  await page.getByText('The address must begin with https://').waitFor();
  await page.getByLabel('Address of the source').fill(`${stack.origin}/v1/intake/wordpress`);
  await page.getByLabel('Secret of the source').fill('another-secret');
  await page.getByRole('button', { name: 'Check the connection' }).click();
  await page.getByText('Ajil refused the secret.').waitFor();
  await page.getByLabel('Secret of the source').fill(SECRET);
  await page.getByRole('button', { name: 'Check the connection' }).click();
  await page.getByText('the secret is right').waitFor();
  expect(await page.content()).not.toContain(SECRET);
  const autoload =
    'global $wpdb; echo implode(",", $wpdb->get_col("SELECT autoload FROM $wpdb->options WHERE option_name LIKE \'ajil_breaking_%\' AND option_name NOT LIKE \'%result%\'"));';
  expect(new Set((await wordpress.php(autoload)).split(','))).toEqual(new Set(['no']));
});

test('published with the box ticked, it is one alert, although the block editor saves twice; a plain edit sends nothing', async () => {
  const title = 'زلزال يضرب الساحل الشرقي';
  const before = await saves();
  const alert = await publishBreaking(title);
  // The other plugin's box makes the editor save again.
  expect((await saves()) - before).toBeGreaterThan(1);
  expect(alert).toMatchObject({
    headline: title,
    lang: 'en-US',
    urgency: 'urgent',
    version: 1,
    createdBy: 'source:wordpress',
  });
  expect(alert.url).toContain(wordpress.origin);
  await editor.setTitle(`${title} فجرًا`);
  await editor.save();
  await editor.go(`/wp-admin/post.php?post=${await editor.postId()}&action=edit`);
  await stateIs('sent');
  expect(await theAlert(title)).toMatchObject({ headline: title, version: 1 });
});

test('update, correction and retraction are choices; a correction needs its note', async () => {
  const title = 'سقوط رافعة في الميناء';
  const { id } = await publishBreaking(title);
  await editor.ask('update', { headline: `${title} وإصابة اثنين` });
  await expect.poll(() => editor.message(), POLL).toBe('The update was sent.');
  expect(await theAlert(title)).toMatchObject({ id, version: 2, change: 'update' });
  await editor.page.getByLabel(/^Correction:/).check();
  await editor.page.getByRole('button', { name: /^Correction:/ }).click();
  await editor.page.getByText('Write a note first.').first().waitFor();
  await editor.ask('correction', { headline: `${title} وإصابة ثلاثة`, note: 'المصابون ثلاثة.' });
  await expect.poll(() => editor.message(), POLL).toBe('The correction was sent.');
  expect(await theAlert(title)).toMatchObject({ version: 3, change: 'correction', note: 'المصابون ثلاثة.' });
  await editor.ask('retraction', { note: 'لم يسقط شيء.' });
  await stateIs('retracted');
  expect(await theAlert(title)).toMatchObject({ status: 'retracted', note: 'لم يسقط شيء.' });
  expect(await editor.page.getByLabel(/^Update:/).count()).toBe(0);
});

test('nothing leaves before the public page answers 200, and the editor sees why it waits', async () => {
  const title = 'إغلاق الطريق الساحلي';
  await wordpress.answerReaders(404);
  await editor.newPost(title);
  await editor.wantBreaking();
  await editor.publish();
  await expect.poll(() => editor.message(), POLL).toContain('last answer: 404');
  expect(await alerts(title)).toEqual([]);
  await wordpress.answerReaders(200);
  await stateIs('sent');
  await theAlert(title);
});

test('a scheduled post is sent when it is published, and not before', async () => {
  const title = 'مؤتمر صحفي للوزير';
  await editor.newPost(title);
  await editor.wantBreaking();
  const { page } = editor;
  await page.evaluate(
    "wp.data.dispatch('core/editor').editPost({ status: 'future', date: new Date(Date.now() + 3600e3).toISOString() }); wp.data.dispatch('core/editor').savePost()",
  );
  await page.waitForFunction("wp.data.select('core/editor').getCurrentPostAttribute('status') === 'future'");
  const post = await editor.postId();
  await editor.saved();
  await editor.go('/wp-admin/');
  expect(await alerts(title)).toEqual([]);
  // Its hour comes: WP-Cron publishes it, and nobody is signed in then.
  await wordpress.php(`wp_publish_post( ${post} );`);
  await expect.poll(async () => (await alerts(title)).length, POLL).toBe(1);
  await editor.go(`/wp-admin/post.php?post=${post}&action=edit`);
  await stateIs('sent');
  await theAlert(title);
});

test('while nobody looks, WP-Cron sends it', async () => {
  const title = 'انقطاع الكهرباء عن المدينة';
  await editor.go('/wp-admin/post-new.php');
  const post = { title, status: 'publish', meta: { _ajil_breaking_wanted: true } };
  await editor.page.evaluate(
    `wp.apiFetch({ path: '/wp/v2/posts', method: 'POST', data: ${JSON.stringify(post)} })`,
  );
  await editor.page.goto('about:blank');
  await expect
    .poll(async () => {
      // What a visitor's request does.
      await editor.page.request.get(`${wordpress.origin}/wp-cron.php?doing_wp_cron`);
      return (await alerts(title)).length;
    }, LONG)
    .toBe(1);
});

test('where the newsroom asks for approval, it waits at the desk, and the panel follows', async () => {
  const title = 'تعليق الرحلات في المطار';
  await changeNewsroom(stack, { approval: 'always' });
  await editor.newPost(title);
  await editor.wantBreaking();
  await editor.publish();
  await stateIs('desk');
  expect(await editor.message()).toContain('waits for approval');
  const { id, status } = await theAlert(title);
  expect(status).toBe('awaiting-approval');
  await stack.api.asEditor(`/v1/alerts/${id}/approval`, { method: 'POST', body: { decision: 'approve' } });
  await stateIs('sent');
  await changeNewsroom(stack, { approval: 'never' });
});

test('the classic editor does the same', async () => {
  const title = 'حريق في السوق القديم';
  const { page } = editor;
  await editor.go('/wp-admin/post-new.php?classic=1');
  await page.fill('#title', title);
  await page.locator('#title').blur();
  // WordPress saves a draft then, and takes no click meanwhile.
  await page.locator('#sample-permalink').waitFor();
  await page.getByLabel('Send as breaking when it is published').check();
  await page.getByLabel('Urgency').selectOption('flash');
  await page.locator('#publish:not(.disabled)').click();
  await page.waitForURL(/action=edit/);
  const post = /post=(\d+)/.exec(page.url())?.[1];
  await editor.go(`/wp-admin/post.php?post=${post}&action=edit&classic=1`);
  await stateIs('sent');
  expect(await theAlert(title)).toMatchObject({ urgency: 'flash', version: 1 });
  await editor.ask('correction', { headline: `${title} أُخمد`, note: 'أُخمد الحريق.' });
  await expect.poll(() => editor.message(), POLL).toBe('The correction was sent.');
  expect(await theAlert(title)).toMatchObject({ version: 2, change: 'correction' });
});

test('what Ajil refuses is told with what to do, and can be tried again', async () => {
  const title = 'إلغاء المباراة';
  await wordpress.php("update_option( 'ajil_breaking_secret', 'a-wrong-secret' );");
  await editor.newPost(title);
  await editor.wantBreaking();
  await editor.publish();
  await stateIs('failed');
  expect(await editor.message()).toContain('Ajil refused the secret.');
  await wordpress.php(`update_option( 'ajil_breaking_secret', '${SECRET}' );`);
  await editor.page.getByRole('button', { name: 'Try again' }).click();
  await editor.page.getByRole('button', { name: 'Send now' }).click();
  await stateIs('sent');
  await theAlert(title);
});

test('a post that is put into the trash leaves its alert, and the editor is asked', async () => {
  const title = 'إضراب سائقي الحافلات';
  const { id } = await publishBreaking(title);
  const post = await editor.postId();
  await editor.go(`/wp-admin/edit.php`);
  const row = editor.page.locator(`#post-${post}`);
  await row.hover();
  await row.getByRole('link', { name: /Trash/ }).click();
  await editor.page.getByText('is still with readers').waitFor();
  expect((await theAlert(title)).status).not.toBe('retracted');
  await editor.page.getByRole('button', { name: 'Retract the alert' }).click();
  await expect
    .poll(async () => {
      await editor.page.request.get(`${wordpress.origin}/wp-cron.php?doing_wp_cron`);
      return (await theAlert(title)).status;
    }, LONG)
    .toBe('retracted');
  expect((await theAlert(title)).id).toBe(id);
});

test('who may not send to readers neither sees the panel nor can call for it', async () => {
  const made = await wordpress.php(
    "$id = wp_insert_user( array( 'user_login' => 'writer', 'user_pass' => 'a-long-password-of-writer', 'role' => 'author' ) ); echo wp_insert_post( array( 'post_title' => 'x', 'post_status' => 'publish', 'post_author' => $id ) );",
  );
  const code = `wp_set_current_user( get_user_by( 'login', 'writer' )->ID ); $r = new WP_REST_Request( 'POST', '/ajil-breaking/v1/posts/${made}/requests' ); $r->set_param( 'change', 'new' ); echo rest_do_request( $r )->get_status();`;
  expect(await wordpress.php(code)).toBe('403');
  const stranger = await editor.page.request.post(
    `${wordpress.origin}/index.php?rest_route=/ajil-breaking/v1/posts/${made}/look`,
    { headers: { Cookie: '' } },
  );
  expect(stranger.status()).toBe(401);
});

test('a process that read the post before it was public sends it all the same', async () => {
  const title = 'انتهاء الإضراب في المرفأ';
  const post = await wordpress.php(
    `echo wp_insert_post( array( 'post_title' => '${title}', 'post_status' => 'draft', 'post_name' => 'harbour' ) );`,
  );
  // It has the draft in its memory, and tries after another process has published.
  await wordpress.php(
    `get_post( ${post} ); global $wpdb; $wpdb->update( $wpdb->posts, array( 'post_status' => 'publish' ), array( 'ID' => ${post} ) ); ajil_breaking_ask( ${post}, array( 'change' => 'new' ) );`,
  );
  await expect.poll(async () => (await alerts(title)).length, POLL).toBe(1);
});
