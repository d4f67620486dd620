import { expect, test } from 'vitest';
import { alertData, readPushMessage } from '../../../src/web/service-worker/push-message.ts';
import { destinationOf } from '../../../src/web/service-worker/destination.ts';
import { articleUrl } from '../../../src/web/common/article-url.ts';

const notification = {
  title: 'عاجل: إغلاق المطار',
  body: 'حتى إشعار آخر',
  navigate: 'https://news.example/article',
  dir: 'rtl',
  lang: 'ar',
  tag: 'a1',
  silent: false,
  data: { id: 'a1', version: 2, change: 'update', urgency: 'urgent', receipt: 't' },
};
const read = (fields: object) =>
  readPushMessage(JSON.stringify({ web_push: 8030, notification: { ...notification, ...fields } }));

test('a message is shown with its direction, language, tag and where it leads', () => {
  const { title, options } = read({});
  expect(title).toBe(notification.title);
  const { body, dir, lang, tag, silent, data, navigate } = notification;
  expect(options).toMatchObject({ body, dir, lang, tag, silent, data: { ...data, navigate } });
});

test.each(['', '{', '[]', 'null', '{"notification":null}', '{"notification":{}}', '{"notification":"x"}'])(
  'something is shown for the broken message %j',
  (text) => {
    expect(readPushMessage(text).title).toBe('عاجل');
  },
);

test('a field of the wrong type is left out, and the rest is shown', () => {
  const { title, options } = read({ dir: 'up', lang: 7, tag: {}, image: 'http://x.example/i', data: 'x' });
  expect(title).toBe(notification.title);
  expect(options).toMatchObject({ body: notification.body, dir: 'auto', lang: '' });
  expect(Object.keys(options)).not.toEqual(expect.arrayContaining(['tag']));
  expect([options.image, options.data]).toEqual([undefined, undefined]);
});

test.each([
  ['new', false],
  ['update', false],
  ['correction', true],
  ['retraction', true],
])('a reader is told anew of a change of kind %s: %s', (change, renotify) => {
  expect(read({ data: { ...notification.data, change } }).options.renotify).toBe(renotify);
});

test('a click leads only to https, to our own origin, or to the page of the alert', () => {
  const own = 'http://localhost:3000';
  expect(articleUrl('https://news.example/x', 'a1', own)).toBe('https://news.example/x');
  expect(articleUrl(`${own}/a/a1`, 'a1', own)).toBe(`${own}/a/a1`);
  for (const refused of [
    'javascript:alert(1)',
    'http://evil.example/',
    'https://user@evil.example/',
    'data:text/html,x',
    'not an address',
    '',
    null,
    undefined,
  ]) {
    expect([refused, articleUrl(refused, 'a1', own)]).toEqual([refused, `${own}/a/a1`]);
  }
});

test('an alert has the button for fewer of its kind, in its language; a site’s own worker has none', () => {
  const actionsOf = (fields: object) => read(fields).options.actions?.map(({ title }) => title);
  expect(actionsOf({})).toEqual(['إشعارات أقل']);
  expect([actionsOf({ lang: 'pt' }), actionsOf({ lang: 'arz' }), actionsOf({ lang: 7 })]).toEqual([
    ['Fewer of these'],
    ['إشعارات أقل'],
    ['Fewer of these'],
  ]);
  expect(actionsOf({ data: { test: true } })).toBeUndefined();
  const data = { ...notification.data, story: 's1' };
  expect(actionsOf({ data })).toEqual(['إشعارات أقل', 'ألغِ متابعة القصة']);
  const ofSite = readPushMessage(
    JSON.stringify({ notification: { ...notification, data } }),
    'https://a.example',
  );
  expect(ofSite.options.actions).toEqual([{ action: 'leave', title: 'ألغِ متابعة القصة' }]);
  const text = JSON.stringify({ web_push: 8030, notification });
  const { options } = readPushMessage(text, 'https://alerts.example');
  expect(options).toMatchObject({
    icon: 'https://alerts.example/icon-192.png',
    data: { server: 'https://alerts.example', receipt: 't' },
  });
  expect(options.actions).toEqual([]);
});

test('an editor’s test has no receipt and no version, and is noticed again each time', () => {
  const { options } = read({
    data: { test: true },
    navigate: 'https://ajil.example/desk#/a1',
    tag: 'test-a1',
  });
  expect(options).toMatchObject({ tag: 'test-a1', renotify: true });
  expect(options.data).toEqual({ test: true, navigate: 'https://ajil.example/desk#/a1' });
  expect(alertData(options.data)).toBeUndefined();
  expect(alertData(read({}).options.data)).toMatchObject({ receipt: 't' });
});

test('a click opens the article and counts as opened; the button for fewer opens the choices and does not', () => {
  const own = 'https://alerts.example';
  const { data } = read({}).options;
  expect(destinationOf('', data, own)).toEqual({ url: notification.navigate, opens: data });
  expect(destinationOf('fewer', data, own)).toEqual({ url: `${own}/?fewer=a1`, opens: undefined });
  const test = { test: true, navigate: `${own}/desk#/a1` } as const;
  expect(destinationOf('', test, own)).toEqual({ url: test.navigate, opens: undefined });
  for (const navigate of ['https://evil.example/', 'javascript:alert(1)', '']) {
    expect(destinationOf('fewer', { test: true, navigate }, own).url).toBe(`${own}/`);
  }
  expect(destinationOf('', undefined, own).url).toBe(`${own}/`);
});
