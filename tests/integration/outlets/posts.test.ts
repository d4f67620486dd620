import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { keys } from '../../../src/redis/keys.ts';
import { SERVICES } from '../../support/outlets/all.ts';
import type { FakeService, Shown } from '../../support/outlets/fake.ts';
import { startTelegram } from '../../support/outlets/telegram.ts';
import { startOutletWorld, type OutletWorld } from '../../support/outlets/world.ts';

/** What every service does for a newsroom, against a server written from its documentation. */
describe.each(SERVICES)('%s', (type, start) => {
  let service: FakeService;
  /** Another outlet, which nothing may delay. */
  let other: FakeService;
  let world: OutletWorld;
  let id: string;

  const canEdit = type === 'telegram' || type === 'mastodon';
  /** The same call twice makes one post. */
  const knowsAgain = type === 'mastodon' || type === 'bluesky';

  beforeEach(async () => {
    service = await start();
    other = await startTelegram();
    const ca = 'ca' in service ? { ca: String(service.ca) } : {};
    world = await startOutletWorld({ origins: [service.origin, other.origin], timeoutMs: 700, ...ca });
    id = await world.add(service.settings);
  });
  afterEach(async () => {
    await world.close();
    await service.close();
    await other.close();
  });

  const outlet = async () =>
    (await world.admin('GET', '')).body.outlets.find((one: { id: string }) => one.id === id);
  /** Waits until the posts are so, and lets what waits come now. */
  async function expectShown(...expected: readonly unknown[]): Promise<readonly Shown[]> {
    await expect
      .poll(async () => {
        await world.hurry();
        return service.shown();
      })
      .toEqual(expected.map((one) => expect.objectContaining(one as object)));
    return service.shown();
  }
  async function expectAttempts(...outcomes: readonly string[]): Promise<void> {
    await expect
      .poll(async () =>
        (await world.attempts(id)).map(({ outcome, code }) => [outcome, code].join(' ').trim()),
      )
      .toEqual(outcomes);
  }
  async function expectOthers(second: string, posts: number): Promise<void> {
    await expect
      .poll(async () => {
        await world.hurry(second);
        return (await other.shown()).length;
      })
      .toBe(posts);
  }
  const has = (...parts: readonly string[]): { text: unknown } => ({
    text: expect.stringMatching(new RegExp(parts.join('[^]*'))),
  });

  test('posts a new alert once, with its link, however often it is announced', async () => {
    const alert = await world.publish({ headline: 'زلزال يضرب الساحل', url: 'https://news.example/quake' });
    await world.announce(alert);
    await world.announce(alert);
    const [post] = await expectShown(has('عاجل: زلزال يضرب الساحل', 'news.example/quake'));
    if (type !== 'telegram') expect(post?.lang).toBe('ar');
    await world.admin('POST', `/${id}/replay`, { eventId: `${alert.id}-1` });
    await world.announce(alert);
    await expectAttempts('told');
    const { body } = await world.admin('GET', `/${id}/attempts`);
    expect(body.attempts).toMatchObject([{ headline: 'زلزال يضرب الساحل', eventId: `${alert.id}-1` }]);
    expect(service.calls()).toBe(1);
  });

  test('says what a correction and an update are, and leaves nothing wrong uncorrected where it can', async () => {
    const alert = await world.tell({ headline: 'عشرة قتلى في الحادث', body: 'التفاصيل الأولى' });
    await expectShown(has('عاجل: عشرة قتلى'));
    const corrected = await world.tellChange(alert, {
      change: 'correction',
      headline: 'قتيلان في الحادث',
      note: 'صحّحت الشرطة العدد',
    });
    const correction = has('تصحيح: قتيلان في الحادث', 'صحّحت الشرطة العدد');
    if (canEdit) await expectShown({ ...correction, edits: 1 });
    else if (type === 'bluesky') await expectShown({ ...correction, answers: undefined });
    else await expectShown(has('عشرة قتلى'), { ...correction, answers: 0 });
    await world.tellChange(corrected, { change: 'update', headline: 'قتيلان وخمسة جرحى في الحادث' });
    const update = has('تحديث: قتيلان وخمسة جرحى');
    if (canEdit) await expectShown({ ...update, edits: 2 });
    else if (type === 'bluesky') await expectShown(correction, { ...update, answers: 1 });
    else await expectShown(has('عشرة'), correction, { ...update, answers: 1 });
    expect(await outlet()).toMatchObject({ paused: null, can: { edit: canEdit } });
  });

  test('says that an alert was withdrawn', async () => {
    const alert = await world.tell({ headline: 'استقالة الوزير' });
    await expectShown(has('استقالة الوزير'));
    await world.tellChange(alert, { change: 'retraction', note: 'لم يصدر قرار' });
    const notice = has(
      'خبر مسحوب: استقالة الوزير',
      'لم يصدر قرار',
      'سُحب هذا الخبر',
      `ajil\\.test/a/${alert.id}`,
    );
    if (canEdit || type === 'bluesky') await expectShown(notice);
    else await expectShown(has('عاجل: استقالة'), { text: expect.stringContaining('خبر مسحوب'), answers: 0 });
  });

  test('a silent update changes a post where that is possible, and never makes one', async () => {
    const alert = await world.tell({ headline: 'انقطاع الكهرباء عن العاصمه' });
    await expectShown(has('العاصمه'));
    await world.tellChange(alert, { change: 'update', headline: 'انقطاع الكهرباء عن العاصمة', silent: true });
    if (canEdit) await expectShown({ ...has('عاجل: انقطاع الكهرباء عن العاصمة'), edits: 1 });
    else await expectAttempts('told unsaid', 'told');
    expect(await service.shown()).toHaveLength(1);
  });

  test('what came before the outlet is not taken back in it, and what it does not want is not posted', async () => {
    await world.admin('PATCH', `/${id}`, { topics: ['sport'] });
    const alert = await world.tell({ topics: ['world'] });
    await world.tellChange(alert, { change: 'retraction' });
    await world.admin('PATCH', `/${id}`, { topics: [] });
    await world.tellChange(await world.publish(), { change: 'retraction' });
    await expectAttempts('told unsaid');
    expect(service.calls()).toBe(0);
  });

  test('a version that a later one superseded before it was told is skipped', async () => {
    service.mood = 'broken';
    const alert = await world.tell({ headline: 'النص الأول' });
    await expectAttempts('again broken');
    const second = await world.revise(alert, { change: 'correction', headline: 'النص الثاني' });
    service.mood = 'well';
    await world.hurry();
    // Nobody saw the first text, so nothing is corrected.
    await expectShown(has('عاجل: النص الثاني'));
    await expectAttempts('told superseded', 'again broken');
    await world.announce(second);
    await expectAttempts('told', 'told superseded', 'again broken');
    expect(await service.shown()).toHaveLength(1);
  });

  test('versions that are announced at once and in the wrong order make one post, of the newest', async () => {
    const first = await world.publish({ headline: 'الخبر في نسخته الأولى' });
    const second = await world.revise(first, { change: 'update', headline: 'الخبر في نسخته الثانية' });
    const third = await world.revise(second, { change: 'update', headline: 'الخبر في نسخته الثالثة' });
    await Promise.all([third, first, second].map((version) => world.announce(version)));
    await expect
      .poll(async () => {
        await world.hurry();
        return (await world.attempts(id)).length;
      })
      .toBe(3);
    expect(await service.shown()).toMatchObject([{ ...has('الخبر في نسخته الثالثة'), edits: 0 }]);
    expect(service.calls()).toBe(1);
  });

  test('a correction that is skipped is said by the version in its place', async () => {
    const alert = await world.tell({ headline: 'مئة قتيل' });
    await expectShown(has('مئة قتيل'));
    const second = await world.revise(alert, {
      change: 'correction',
      headline: 'قتيل واحد',
      note: 'خطأ في العدد',
    });
    await world.tellChange(second, { change: 'update', headline: 'قتيل واحد وجريحان' });
    const said = has('تصحيح: قتيل واحد وجريحان', 'خطأ في العدد');
    if (type === 'email') await expectShown(has('مئة قتيل'), said);
    else await expectShown(said);
    await expectAttempts('told', 'told');
    expect((await outlet()).paused).toBeNull();
  });

  test('an answer that is lost makes no second post where the service knows the first', async () => {
    service.mood = 'lost';
    await world.tell({ headline: 'خبر ضاع جوابه' });
    await expect.poll(async () => (await world.attempts(id)).at(-1)?.outcome).toBe('again');
    service.mood = 'well';
    if (knowsAgain) {
      await expectShown(has('خبر ضاع جوابه'));
      await expectAttempts('told', 'again unreachable');
      expect(await service.shown()).toHaveLength(1);
    } else {
      await expectShown(has('خبر ضاع جوابه'), has('خبر ضاع جوابه'));
      // It is never lost; that it may be there twice is said.
      await expectAttempts('told maybe-twice', 'again unreachable');
    }
  });

  test('a process that dies between the call and our record makes no second post where the service knows the first', async () => {
    world.dieAfterPost();
    await world.tell({ headline: 'خبر مات حامله' });
    await expect.poll(() => service.calls()).toBe(1);
    await expect.poll(() => world.idle()).toBe(true);
    await world.hurry();
    await expect.poll(async () => (await world.attempts(id)).length).toBe(1);
    expect(await service.shown()).toHaveLength(knowsAgain ? 1 : 2);
  });

  test('what was posted by a lost call is corrected all the same', async () => {
    service.mood = 'lost';
    const alert = await world.tell({ headline: 'نصّ خاطئ' });
    await expect.poll(async () => (await world.attempts(id)).length).toBe(1);
    service.mood = 'well';
    await world.tellChange(alert, { change: 'correction', headline: 'نصّ صحيح' });
    const corrected = has('تصحيح: نصّ صحيح');
    if (knowsAgain) await expectShown(corrected);
    else await expectShown(has('نصّ خاطئ'), corrected);
  });

  test('where an alert may be there twice, a correction is also said in a new post', async () => {
    service.mood = 'lost';
    const alert = await world.tell({ headline: 'نصّ خاطئ' });
    await expect.poll(async () => (await world.attempts(id)).length).toBe(1);
    service.mood = 'well';
    await world.hurry();
    await expect.poll(async () => (await world.attempts(id)).length).toBe(2);
    await world.tellChange(alert, { change: 'correction', headline: 'نصّ صحيح' });
    const [wrong, corrected] = [has('نصّ خاطئ'), has('تصحيح: نصّ صحيح')];
    if (knowsAgain) await expectShown(corrected);
    else if (canEdit) await expectShown(wrong, { ...corrected, edits: 1 }, { ...corrected, edits: 0 });
    else await expectShown(wrong, wrong, corrected);
    expect((await world.attempts(id))[0]).toMatchObject({ outcome: 'told' });
  });

  test('a retraction after a lost call is told', async () => {
    service.mood = 'lost';
    const alert = await world.tell({ headline: 'خبر سيُسحب' });
    await expect.poll(async () => (await world.attempts(id)).length).toBe(1);
    service.mood = 'well';
    await world.tellChange(alert, { change: 'retraction' });
    const notice = has('خبر مسحوب');
    if (knowsAgain) await expectShown(notice);
    else await expectShown(has('خبر سيُسحب'), notice);
  });

  test('a service that asks us to wait is waited for, and delays nobody else', async () => {
    const second = await world.add({ ...other.settings, name: 'قناة أخرى' });
    service.mood = 'busy';
    await world.tell({ headline: 'خبر ينتظر' });
    await expect.poll(async () => (await world.attempts(second)).length).toBe(1);
    if (type === 'email') {
      await expectAttempts('again broken');
    } else {
      const waitOf = () => world.api.deps.redis.pttl(keys.outletWait(id));
      await expect.poll(waitOf).toBeGreaterThan(3_500_000);
      await world.tell({ headline: 'خبر آخر ينتظر' });
      await expectOthers(second, 2);
      await expect.poll(() => world.idle()).toBe(true);
      expect(service.calls()).toBe(1);
      expect(await world.attempts(id)).toEqual([]);
    }
    service.mood = 'well';
    await expect
      .poll(async () => {
        await world.hurry();
        return (await service.shown()).length;
      })
      .toBe(type === 'email' ? 1 : 2);
  });

  test('a fault of the service is tried again until it is over', async () => {
    service.mood = 'broken';
    await world.tell({ headline: 'خبر يتعثر' });
    await expectAttempts('again broken');
    await world.hurry();
    await expectAttempts('again broken', 'again broken');
    service.mood = 'well';
    await expectShown(has('خبر يتعثر'));
    await expectAttempts('told', 'again broken', 'again broken');
    expect((await outlet()).paused).toBeNull();
  });

  test('an alert that expired meanwhile is not posted any more', async () => {
    service.mood = 'broken';
    await world.tell({ headline: 'خبر انتهى وقته' });
    await expectAttempts('again broken');
    service.mood = 'well';
    world.api.advance(3_700_000);
    await world.hurry();
    await expectAttempts('over expired', 'again broken');
    expect(await service.shown()).toEqual([]);
  });

  test('refused credentials pause the outlet, and what waits is posted when an admin has mended it', async () => {
    service.mood = 'shut';
    await world.tell({ headline: 'خبر عند باب مغلق' });
    await expect.poll(async () => (await outlet()).paused).not.toBeNull();
    const { paused } = await outlet();
    expect(['credentials', 'rights']).toContain(paused.code);
    expect(world.logged.join('')).toContain('an outlet is paused');
    const metrics = await world.api.deps.metrics.metrics();
    expect(metrics).toMatch(new RegExp(`ajil_outlet_paused\\{outlet="${id}",type="${type}"[^}]*\\} 1`));
    const calls = service.calls();
    await world.hurry();
    await expect.poll(() => world.idle()).toBe(true);
    expect(service.calls()).toBe(calls);
    service.mood = 'well';
    expect((await world.admin('PATCH', `/${id}`, { enabled: true })).body.paused).toBeNull();
    await expectShown(has('خبر عند باب مغلق'));
  });

  test('what waited for more than a day is given up, and says so', async () => {
    service.mood = 'shut';
    await world.tell({ headline: 'خبر لم يُصلَح منفذه' });
    await expect.poll(async () => (await outlet()).paused).not.toBeNull();
    world.api.advance(25 * 3_600_000);
    await expect
      .poll(async () => {
        await world.hurry();
        return (await world.attempts(id))[0];
      })
      .toMatchObject({ outcome: 'over', code: 'late' });
  });

  test('a service that hangs delays no other', async () => {
    const second = await world.add({ ...other.settings, name: 'قناة أخرى' });
    service.mood = 'hangs';
    for (const headline of ['الأول', 'الثاني', 'الثالث']) await world.tell({ headline });
    await expectOthers(second, 3);
    expect(await service.shown()).toEqual([]);
  });

  test('no secret is answered, logged, or written into the log of attempts', async () => {
    for (const mood of ['broken', 'busy', 'lost', 'shut'] as const) {
      service.mood = mood;
      await world.tell({ headline: `خبر ${mood}` });
      await expect.poll(() => world.idle()).toBe(true);
      await world.hurry();
      await world.admin('PATCH', `/${id}`, { enabled: true });
    }
    await world.admin('PATCH', `/${id}`, service.wrong);
    await world.admin('POST', `/${id}/test`);
    await expect.poll(async () => (await world.attempts(id)).length).toBeGreaterThan(0);
    const audit = await world.api.deps.redis.xrange(keys.audit, '-', '+');
    const seen = [world.logged, await world.attempts(id), (await world.admin('GET', '')).body, audit];
    const text = JSON.stringify(seen);
    for (const secret of [service.secret, ...Object.values(service.wrong)]) {
      expect(text).not.toContain(String(secret));
      expect(text).not.toContain(encodeURIComponent(String(secret)));
    }
  });

  test('a text that is too long is cut at a word, and its link stays whole', async () => {
    const url = `https://news.example/${encodeURIComponent('خبر-طويل')}`;
    const words = Array.from({ length: 90 }, (_, index) => `كلمات${index}`).join(' ');
    await world.tell({ headline: 'عنوان الخبر الطويل', body: words, url });
    const [post] = await expectShown(has('عنوان الخبر الطويل'));
    if (type === 'telegram' || type === 'email') expect(post?.text).toContain(words);
    else expect(post?.text).toMatch(/كلمات\d+…\n\n\S+$/);
    if (type !== 'bluesky') expect(post?.text.trim().endsWith(url)).toBe(true);
  });

  test('nothing is posted while the outlet is off', async () => {
    await world.admin('PATCH', `/${id}`, { enabled: false });
    const second = await world.add({ ...other.settings, name: 'قناة أخرى' });
    await world.tell();
    await expect.poll(async () => (await world.attempts(second)).length).toBe(1);
    expect(await world.attempts(id)).toEqual([]);
  });
});
