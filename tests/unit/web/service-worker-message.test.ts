import { expect, test } from 'vitest';
import { readPushMessage, storyUrl } from '../../../src/web/service-worker/push-message.ts';

const notification = {
  title: 'عاجل: إغلاق المطار',
  navigate: 'https://news.example/story',
  dir: 'rtl',
  lang: 'ar',
  tag: 'a1',
  data: { id: 'a1', version: 2, change: 'update', receipt: 't' },
};

test('a message is shown with its direction, language and tag', () => {
  const { title, options } = readPushMessage(JSON.stringify({ web_push: 8030, notification }));
  expect(title).toBe(notification.title);
  expect(options).toMatchObject({ dir: 'rtl', lang: 'ar', tag: 'a1', data: { receipt: 't' } });
});

test.each(['', '{', '[]', 'null', '{"notification":{}}'])(
  'something is shown for the broken message %j',
  (text) => {
    expect(readPushMessage(text).title).toBe('عاجل');
  },
);

test('a click leads only to https, to our own origin, or to the page of the alert', () => {
  const data = { ...notification.data };
  const own = 'http://localhost:3000';
  expect(storyUrl({ ...data, navigate: 'https://news.example/x' }, own)).toBe('https://news.example/x');
  expect(storyUrl({ ...data, navigate: 'javascript:alert(1)' }, own)).toBe(`${own}/a/a1`);
  expect(storyUrl({ ...data, navigate: 'http://evil.example/' }, own)).toBe(`${own}/a/a1`);
  expect(storyUrl(undefined, own)).toBe(`${own}/`);
});
