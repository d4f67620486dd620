import { expect, test } from 'vitest';
import type { Alert } from '../../../src/alerts/schema.ts';
import { nextStep, type Situation } from '../../../src/outlets/posts/plan.ts';
import { ABILITIES } from '../../../src/outlets/posts/services.ts';
import { NOTHING, type Trail } from '../../../src/outlets/posts/trail.ts';

const NOW = Date.parse('2026-11-29T12:00:00Z');
const version = (number: number, fields: Partial<Alert> = {}): Alert => ({
  id: 'a',
  version: number,
  change: number === 1 ? 'new' : 'update',
  note: null,
  headline: `نسخة ${number}`,
  body: null,
  url: null,
  image: null,
  imageAlt: null,
  imageCaption: null,
  imageCredit: null,
  lang: 'ar',
  dir: 'rtl',
  topics: ['world'],
  urgency: 'urgent',
  status: 'sent',
  createdAt: '2026-11-29T11:59:00.000Z',
  publishedAt: '2026-11-29T11:59:00.000Z',
  expiresAt: '2026-11-29T13:00:00.000Z',
  sendAt: null,
  story: null,
  ...fields,
});

function step(
  type: keyof typeof ABILITIES,
  trail: Partial<Trail>,
  versions: readonly Alert[],
  rest: Partial<Situation> = {},
) {
  const newest = versions.at(-1)!;
  const stands = { ...NOTHING, ...trail };
  return nextStep({
    trail: stands,
    wanted: newest,
    newest,
    missed: versions.filter((one) => one.version > stands.version),
    can: ABILITIES[type],
    isWanted: true,
    nowMs: NOW,
    ...rest,
  });
}
const posted = (...posts: string[]): Partial<Trail> => ({ version: 1, posts });
const [first, update] = [version(1), version(2)];
const correction = version(2, { change: 'correction', note: 'خطأ' });
const retraction = version(2, { change: 'retraction' });
const silent = version(2, { silent: true, inPlaceOf: { version: 1, change: 'new', note: null } });

test('a first version is posted; a correction of what was never there is posted as plain news', () => {
  expect(step('bluesky', {}, [first])).toMatchObject({ type: 'post', thread: [], replaces: [] });
  const plain = { type: 'post', alert: { change: 'new', note: null, headline: 'نسخة 2' } };
  expect(step('telegram', {}, [first, correction])).toMatchObject(plain);
});

test('what cannot be edited is answered; where posts can be removed, a correction takes their place', () => {
  expect(step('email', posted('m1'), [first, update])).toMatchObject({ thread: ['m1'], replaces: [] });
  expect(step('email', posted('m1'), [first, retraction])).toMatchObject({ thread: ['m1'], replaces: [] });
  expect(step('bluesky', posted('p1'), [first, update])).toMatchObject({ thread: ['p1'], replaces: [] });
  expect(step('bluesky', posted('p1'), [first, correction])).toMatchObject({ thread: [], replaces: ['p1'] });
});

test('a correction that was skipped is said by the update in its place, unless a later version stands', () => {
  const later = version(3);
  const said = { alert: { change: 'correction', note: 'خطأ', headline: 'نسخة 3' } };
  expect(step('mastodon', posted('s1'), [first, correction, later])).toMatchObject({ type: 'edit', ...said });
  expect(step('bluesky', posted('p1'), [first, correction, later])).toMatchObject({
    ...said,
    replaces: ['p1'],
  });
  const told = { version: 2, posts: ['s1'] };
  expect(step('mastodon', told, [first, correction, later])).toMatchObject({ alert: { change: 'update' } });
});

test('a silent version edits, or waits for nobody; the version before it is posted with the newest text', () => {
  expect(step('telegram', posted('1'), [first, silent])).toMatchObject({ type: 'edit', andPost: false });
  expect(step('email', posted('m1'), [first, silent])).toEqual({ type: 'nothing', reason: 'unsaid' });
  expect(step('email', {}, [first, silent])).toEqual({ type: 'nothing', reason: 'unsaid' });
  const owed = { type: 'post', alert: { change: 'new', headline: 'نسخة 2' } };
  expect(step('email', {}, [first, silent], { wanted: first })).toMatchObject(owed);
});

test('what may stand where nobody can change it is corrected and taken back beside it', () => {
  const loose = { isLoose: true };
  expect(step('telegram', loose, [first, retraction])).toMatchObject({
    type: 'post',
    alert: { change: 'retraction' },
  });
  expect(step('telegram', { ...posted('1'), ...loose }, [first, correction])).toMatchObject({
    andPost: true,
  });
  expect(step('telegram', { ...posted('1'), ...loose }, [first, update])).toMatchObject({ andPost: false });
  const trying = { trying: { version: 1, sinceMs: NOW, attempts: 1, replaces: [] } };
  expect(step('mastodon', trying, [first, retraction])).toMatchObject({ type: 'post' });
  expect(step('mastodon', {}, [first, retraction])).toEqual({ type: 'nothing', reason: 'unsaid' });
});

test('nothing is posted that has expired, was aborted, is not wanted or stands already', () => {
  expect(step('email', {}, [version(1, { expiresAt: '2026-11-29T11:59:59.000Z' })])).toEqual({
    type: 'over',
    reason: 'expired',
  });
  expect(step('email', {}, [version(1, { status: 'aborted' })])).toEqual({
    type: 'nothing',
    reason: 'aborted',
  });
  expect(step('email', {}, [first], { isWanted: false })).toEqual({ type: 'nothing', reason: 'unwanted' });
  expect(step('email', posted('m1'), [first])).toEqual({ type: 'nothing' });
  const late = step('email', { version: 2, posts: ['m1'] }, [first, update], { wanted: first });
  expect(late).toEqual({ type: 'nothing', reason: 'superseded' });
});

test('what stands is corrected also after the alert has expired, and where the outlet does not want its new topic', () => {
  const expired = { ...correction, expiresAt: '2026-11-29T11:59:59.000Z', topics: ['sport'] };
  expect(step('telegram', posted('1'), [first, expired], { isWanted: false })).toMatchObject({
    type: 'edit',
  });
});
