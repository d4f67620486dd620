import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { z } from 'zod';
import type { newAlertSchema, newVersionSchema } from '../../../src/alerts/input.ts';
import type { Alert, EditorAlert } from '../../../src/alerts/schema.ts';
import type { Report } from '../../../src/delivery/report/schema.ts';
import { PROJECT } from '../../../src/ops/project.ts';
import type * as published from '../../../src/web/client/package/index.d.ts';
import { startStack, type Stack } from '../../support/stack.ts';

// The types that the package publishes are written by hand, so that its users need no zod: this fails to compile when they
// do not fit what the API gives and takes.
type Fits = [
  Alert extends published.Alert ? true : never,
  EditorAlert extends published.SentAlert ? true : never,
  Report extends published.Report ? true : never,
  keyof published.NewAlert extends keyof z.input<typeof newAlertSchema> ? true : never,
  keyof published.Change extends keyof z.input<typeof newVersionSchema> ? true : never,
];
const FITS: Fits = [true, true, true, true, true];

let dir: string;
let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ pushServices: [] });
  dir = mkdtempSync(join(tmpdir(), 'ajil-client-'));
  const packed = execFileSync(process.execPath, ['scripts/pack-client.mjs'], {
    cwd: PROJECT,
    encoding: 'utf8',
  });
  writeFileSync(join(dir, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  execFileSync('npm', ['install', '--offline', '--no-audit', '--no-fund', packed.trim()], { cwd: dir });
}, 60_000);
afterAll(async () => {
  await stack?.stop();
  rmSync(dir, { recursive: true, force: true });
});

/** Runs a module in a project that has installed the package. @returns what it prints, as JSON */
function runModule(source: string): unknown {
  writeFileSync(join(dir, 'program.mjs'), source);
  const env = { ...process.env, SERVER: stack.origin, KEY: stack.adminKey };
  return JSON.parse(execFileSync(process.execPath, ['program.mjs'], { cwd: dir, env, encoding: 'utf8' }));
}

test('a program that has installed the package sends, and hears every version on the live line', () => {
  expect(FITS).toHaveLength(5);
  const heard = runModule(`
    import { createSender, openLiveClient } from 'ajil-client';
    const { SERVER: server, KEY: key } = process.env;
    const heard = [];
    const sender = createSender({ server, key });
    const opened = Promise.withResolvers?.() ?? (() => { let resolve; const promise = new Promise((r) => (resolve = r)); return { promise, resolve }; })();
    const live = openLiveClient({ server, onAlert: ({ change, headline, note }) => heard.push([change, headline, note]), onState: (on) => on && opened.resolve() });
    await opened.promise;
    const alert = { headline: 'خبر من برنامج', lang: 'ar', topics: ['world'] };
    const first = await sender.send(alert, { idempotencyKey: 'article-1' });
    const again = await sender.send(alert, { idempotencyKey: 'article-1' });
    await sender.correct(first.id, { headline: 'خبر مصحح من برنامج', note: 'صُحح' });
    await sender.retract(first.id, 'لم يتأكد');
    const refused = await sender.send({ headline: '', lang: 'ar', topics: [] }).catch((error) => error);
    const { audience } = await sender.report(first.id);
    for (let i = 0; i < 100 && heard.length < 3; i++) await new Promise((over) => setTimeout(over, 50));
    live.close();
    console.log(JSON.stringify({ heard, isSame: first.id === again.id, audience, refused: [refused.name, refused.status, refused.code, refused.errors.length > 0] }));
  `);
  expect(heard).toEqual({
    heard: [
      ['new', 'خبر من برنامج', null],
      ['correction', 'خبر مصحح من برنامج', 'صُحح'],
      ['retraction', 'خبر مصحح من برنامج', 'لم يتأكد'],
    ],
    isSame: true,
    audience: 0,
    refused: ['AjilError', 422, 'invalid-body', true],
  });
});

test('its types serve a strict project, with and without a browser', () => {
  writeFileSync(
    join(dir, 'use.ts'),
    `import { createSender, openLiveClient, type Alert } from 'ajil-client';
     import { defineElements, openPush } from 'ajil-client/elements';
     const show = (alert: Alert): string => alert.headline;
     openLiveClient({ server: 'https://a.example', onAlert: (alert) => void show(alert) }).close();
     const sent: Promise<{ id: string }> = createSender({ server: 'https://a.example', key: 'k' }).send({ headline: 'h', lang: 'ar', topics: ['world'] });
     defineElements({ server: 'https://a.example' });
     void openPush('https://a.example').state().then((state) => state.type === 'on' && state.preferences.topics);
     // @ts-expect-error -- a language is needed
     void createSender({ server: '', key: '' }).send({ headline: 'h', topics: [] });
     export { sent };`,
  );
  const options = {
    strict: true,
    module: 'nodenext',
    target: 'es2022',
    lib: ['es2022', 'dom'],
    noEmit: true,
    types: [],
  };
  writeFileSync(join(dir, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['use.ts'] }));
  const tsc = join(PROJECT, 'node_modules/typescript/lib/tsc.js');
  expect(() => execFileSync(process.execPath, [tsc, '-p', dir], { encoding: 'utf8' })).not.toThrow();
});

test('holds no code of others, and no path of the machine that packed it', () => {
  for (const name of ['index.js', 'elements.js', 'shared.js']) {
    const text = readFileSync(join(dir, 'node_modules/ajil-client', name), 'utf8');
    expect(text).not.toContain(PROJECT);
    expect(text).not.toMatch(/from "(?!\.\/shared\.js)/);
  }
});
