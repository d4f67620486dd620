import type { Page } from 'playwright-core';
import { ADMIN, type Wordpress } from '../support/wordpress.ts';

/** What an editor of WordPress does in the browser. */
export interface WordpressEditor {
  readonly page: Page;
  signIn(): Promise<void>;
  go(path: string): Promise<void>;
  /** A new post in the block editor, with our panel open. */
  newPost(title: string): Promise<void>;
  setTitle(title: string): Promise<void>;
  wantBreaking(): Promise<void>;
  /** With the editor's own buttons. */
  publish(): Promise<void>;
  /** "Update" of the block editor. */
  save(): Promise<void>;
  /** Whatever the editor was saving, it is. */
  saved(): Promise<void>;
  postId(): Promise<number>;
  /** What the panel says has become of the post. */
  state(): Promise<string>;
  message(): Promise<string>;
  /** Asks for something, and says yes to the question. */
  ask(
    change: 'update' | 'correction' | 'retraction',
    fields?: { headline?: string; note?: string },
  ): Promise<void>;
}

const CHANGES = { update: /^Update:/, correction: /^Correction:/, retraction: /^Retraction:/ } as const;

export function wordpressEditor(page: Page, wordpress: Wordpress): WordpressEditor {
  page.setDefaultTimeout(20_000);
  const go = async (path: string): Promise<void> => {
    await page.goto(wordpress.origin + path);
  };
  const run = (code: string): Promise<unknown> => page.evaluate(code);
  const saved = async (): Promise<void> => {
    await page.waitForFunction(
      "!wp.data.select('core/editor').isSavingPost() && !wp.data.select('core/edit-post').isSavingMetaBoxes()",
    );
  };

  /** There is none in the classic editor. */
  const openPanelIfClosed = (): Promise<unknown> =>
    run(`(() => {
      const panel = 'ajil-breaking/ajil-breaking';
      const store = window.wp?.data?.select('core/edit-post');
      if (store && !store.isEditorPanelOpened(panel)) wp.data.dispatch('core/edit-post').toggleEditorPanelOpened(panel);
    })()`);

  async function openPanel(): Promise<void> {
    await page.waitForFunction("wp.data.select('core/editor').getCurrentPostId()");
    await run("wp.data.dispatch('core/edit-post').openGeneralSidebar('edit-post/document')");
    await page.locator('.ajil-breaking').waitFor();
    await openPanelIfClosed();
  }

  return {
    page,
    saved,
    go: async (path) => {
      await go(path);
      if (path.includes('action=edit') && !path.includes('classic')) await openPanel();
    },
    signIn: async () => {
      // The guide for new users would lie over the editor.
      await wordpress.php(
        "update_user_meta( 1, 'wp_persisted_preferences', array( 'core/edit-post' => array( 'welcomeGuide' => false, 'isComplementaryAreaVisible' => true ), '_modified' => gmdate( 'c' ) ) );",
      );
      await go('/wp-login.php');
      await page.fill('#user_login', ADMIN.name);
      await page.fill('#user_pass', ADMIN.password);
      await page.click('#wp-submit');
      await page.waitForURL(/wp-admin/);
    },
    newPost: async (title) => {
      await go('/wp-admin/post-new.php');
      await openPanel();
      await run(`wp.data.dispatch('core/editor').editPost({ title: ${JSON.stringify(title)} })`);
    },
    setTitle: async (title) => {
      await run(`wp.data.dispatch('core/editor').editPost({ title: ${JSON.stringify(title)} })`);
    },
    wantBreaking: () => page.getByLabel('Send as breaking when it is published').check(),
    publish: async () => {
      await page.getByRole('button', { name: 'Publish', exact: true }).first().click();
      await page.locator('.editor-post-publish-panel .editor-post-publish-button').click();
      await page.waitForFunction("wp.data.select('core/editor').isCurrentPostPublished()");
      await saved();
      await page.getByRole('button', { name: 'Close panel' }).click();
    },
    save: async () => {
      await page.getByRole('button', { name: 'Update', exact: true }).click();
      await page.waitForFunction("!wp.data.select('core/editor').isEditedPostDirty()");
      await saved();
    },
    postId: async () => Number(await run("wp.data.select('core/editor').getCurrentPostId()")),
    state: async () => {
      await openPanelIfClosed();
      const shown = page.locator('.ajil-breaking-state');
      return (await shown.count()) === 0 ? '' : ((await shown.getAttribute('data-state')) ?? '');
    },
    message: () => page.locator('.ajil-breaking-state .components-notice__content').first().innerText(),
    ask: async (change, { headline, note } = {}) => {
      await page.getByLabel(CHANGES[change]).check();
      if (headline !== undefined) await page.getByLabel('Headline of the alert').fill(headline);
      if (note !== undefined) await page.getByLabel('Note to readers').fill(note);
      await page.getByRole('button', { name: CHANGES[change] }).click();
      await page.getByRole('button', { name: 'Send now' }).click();
    },
  };
}
