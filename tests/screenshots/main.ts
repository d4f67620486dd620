/** Pictures of the pages as they are now, for the README and for whoever changes them: `npm run screenshots [scene…]`. */
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { startChromium, type Chromium } from '../support/chromium.ts';
import { startTestRedis } from '../support/redis.ts';
import { startPushService, type PushService } from '../support/push-service/start.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { setup as build } from '../support/build.ts';
import { DESK_SCENES } from './desk-scenes.ts';
import { DESK_WAITING_SCENES } from './desk-waiting-scenes.ts';
import { PORT_PICTURE, publishNews } from './news.ts';
import { SCENES, WIDTHS, type Scene, type Stage } from './scenes.ts';

const FOLDER = fileURLToPath(new URL('../../docs/screenshots/', import.meta.url));

async function takePictures(chromium: Chromium, scene: Scene, stage: Stage): Promise<void> {
  for (const width of scene.widths) {
    for (const language of scene.languages) {
      const reader = await chromium.newReader({
        ...WIDTHS[width],
        locale: language,
        colorScheme: scene.colorScheme ?? 'light',
        reducedMotion: 'reduce',
        // Without it a browser without a screen says that the reader has blocked them.
        permissions: ['notifications'],
      });
      await reader.route('https://pictures.example/**', (route) =>
        route.fulfill({ contentType: 'image/svg+xml', body: PORT_PICTURE }),
      );
      const page = await reader.newPage();
      await reader.addCookies([{ name: 'ajil-language', value: language, url: stage.origin }]);
      await scene.open(page, stage, language);
      await page.evaluate('document.fonts.ready');
      await page.waitForLoadState('networkidle');
      const path = `${FOLDER}${scene.name}-${language}-${width}.png`;
      await page.screenshot({ path, fullPage: scene.whole ?? false });
      console.log(path);
      await reader.close();
    }
  }
}

/** Whom the desk's pictures reach; a few of them have turned notifications off. */
async function subscribeReaders(service: PushService, stack: Stack): Promise<void> {
  const readers = await service.createSubscriptions(1480, { applicationServerKey: stack.vapidPublicKey });
  await stack.api.subscribeAll(readers);
  const gone = readers.slice(0, 9).map(({ endpoint }) => endpoint);
  await service.addFault({ type: 'answer', status: 410, where: { endpoints: gone } });
}

const wanted = process.argv.slice(2);
const scenes = [...SCENES, ...DESK_SCENES, ...DESK_WAITING_SCENES].filter(
  ({ name }) => wanted.length === 0 || wanted.includes(name),
);
await build();
await mkdir(FOLDER, { recursive: true });
const redis = await startTestRedis();
const closers: (() => Promise<void>)[] = [() => redis.stop()];
try {
  const ids = await publishNews(redis.url);
  const service = await startPushService();
  closers.push(() => service.stop());
  const stack = await startStack({ redis, pushServices: [service] });
  closers.push(() => stack.stop());
  await subscribeReaders(service, stack);
  const chromium = await startChromium();
  closers.push(() => chromium.stop());
  for (const scene of scenes) await takePictures(chromium, scene, { ...stack, ids });
} finally {
  for (const close of closers.reverse()) await close();
}
