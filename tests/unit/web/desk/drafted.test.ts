import { expect, test } from 'vitest';
import { firstVersion } from '../../../../src/alerts/versions.ts';
import { pushMessageBytes } from '../../../../src/alerts/notification.ts';
import { newAlertSchema } from '../../../../src/alerts/input.ts';
import { emptyFields } from '../../../../src/web/desk/writing/draft.ts';
import { draftedAlert, editFieldsOf, fieldsOf, stateOf } from '../../../../src/web/desk/writing/drafted.ts';
import { requestBody } from '../../../../src/web/desk/writing/request-body.ts';
import {
  faultsIn,
  faultsOf,
  sizeFault,
  timeFaults,
  withoutForbidden,
} from '../../../../src/web/desk/writing/faults.ts';

const NOW = Date.UTC(2026, 0, 1);
const NEW = { change: 'new' } as const;
const fields = {
  ...emptyFields('ar'),
  headline: '  قمة طارئة ',
  body: 'سطر',
  url: ' https://news.example/1 ',
  topics: ['world'],
};
const alert = firstVersion(
  '01j00000000000000000000000',
  newAlertSchema.parse(requestBody(NEW, fields, NOW)),
  'editor',
  NOW,
);

test('the drafted alert has the size of the one that the API makes of the same fields', () => {
  const drafted = draftedAlert(NEW, fields, NOW);
  expect(drafted).toMatchObject({ headline: 'قمة طارئة', dir: 'rtl', url: 'https://news.example/1' });
  expect(pushMessageBytes(drafted, 'https://a.example')).toBe(pushMessageBytes(alert, 'https://a.example'));
});

test('a link counts as it is stored, letters beyond ASCII encoded', () => {
  const written = { ...fields, url: `https://news.example/${'خ'.repeat(400)}` };
  const stored = newAlertSchema.safeParse(
    requestBody(NEW, { ...written, url: written.url.slice(0, 60) }, NOW),
  );
  expect(draftedAlert(NEW, { ...written, url: written.url.slice(0, 60) }, NOW).url).toBe(stored.data?.url);
  // 21 characters, and 6 for each letter.
  expect(faultsOf(requestBody(NEW, written, NOW), 'new')).toEqual({
    url: { code: 'length', over: 21 + 6 * 400 - 2048 },
  });
});

test('the default expiry is left to the API; another counts from the server’s clock', () => {
  expect(requestBody(NEW, fields, NOW)).not.toHaveProperty('expiresAt');
  expect(requestBody(NEW, { ...fields, lifeMinutes: 30 }, NOW)).toMatchObject({
    expiresAt: '2026-01-01T00:30:00.000Z',
  });
});

test('a version says which one it follows and only what changes, and an emptied field is null', () => {
  const subject = { change: 'correction', of: alert } as const;
  const body = requestBody(subject, { ...fieldsOf(alert), headline: 'ثلاثة', url: '' }, NOW);
  expect(body).toEqual({ change: 'correction', baseVersion: 1, headline: 'ثلاثة', url: null });
  expect(faultsOf(body, 'correction')).toEqual({});
  expect(draftedAlert(subject, { ...fieldsOf(alert), url: '' }, NOW)).toMatchObject({
    url: null,
    version: 2,
  });
  const retraction = requestBody(
    { change: 'retraction', of: alert },
    { ...fieldsOf(alert), note: 'سبب' },
    NOW,
  );
  expect(retraction).toEqual({ change: 'retraction', baseVersion: 1, note: 'سبب' });
});

test('faults stand at their fields, by the API’s own schema', () => {
  const faults = (changed: Partial<typeof fields>) =>
    faultsOf(requestBody(NEW, { ...fields, ...changed }, NOW), 'new');
  expect(faults({})).toEqual({});
  expect(faults({ headline: ' ', topics: [] })).toEqual({
    headline: { code: 'missing' },
    topics: { code: 'missing' },
  });
  expect(faults({ headline: 'ا'.repeat(203) })).toEqual({ headline: { code: 'length', over: 3 } });
  expect(faults({ url: 'http://news.example' })).toEqual({ url: { code: 'address' } });
  expect(faults({ body: 'نص\u202e' })).toEqual({ body: { code: 'characters' } });
  expect(withoutForbidden('نص\u202e\u200f\nسطر')).toBe('نص\u200f\nسطر');
});

test('what is too large is a fault of its longest part; the API’s answer says the same', () => {
  const long = { ...alert, body: 'ا'.repeat(1000) };
  expect(sizeFault(long, 2600, 2600)).toEqual({});
  expect(sizeFault(long, 2642, 2600)).toEqual({ body: { code: 'bytes', over: 42 } });
  const problem = { code: 'message-too-large', status: 422, title: '', detail: '' };
  expect(
    faultsIn({ ...problem, errors: [{ pointer: '/body', detail: 'long', bytes: 2642, limit: 2600 }] }),
  ).toEqual({ body: { code: 'bytes', over: 42 } });
  expect(
    faultsIn({
      ...problem,
      errors: [
        { pointer: '/topics/0', detail: 'no' },
        { pointer: '/expiresAt', detail: 'late' },
      ],
    }),
  ).toEqual({ topics: { code: 'server', detail: 'no' }, lifeMinutes: { code: 'server', detail: 'late' } });
});

const ZONE = 'Asia/Riyadh';

test('a time of leaving is sent as a point in time, and a life counts from it', () => {
  const scheduled = { ...fields, sendClock: '2026-01-01T21:00', zone: ZONE, lifeMinutes: 30 };
  expect(requestBody(NEW, scheduled, NOW)).toMatchObject({
    sendAt: '2026-01-01T18:00:00.000Z',
    expiresAt: '2026-01-01T18:30:00.000Z',
  });
});

test('a time that is past, too far or skipped by the clock is a fault; one that an edit leaves alone is none', () => {
  const blank = { ...fields, sendClock: '', zone: '' };
  const at = (sendClock: string, zone = ZONE) => timeFaults({ ...fields, sendClock, zone }, blank, NOW);
  expect(at('2026-01-01T03:00')).toEqual({ sendClock: { code: 'pastTime' } });
  expect(at('2026-01-01T03:01')).toEqual({});
  expect(at('2027-02-01T00:00')).toEqual({ sendClock: { code: 'farTime' } });
  expect(at('2026-03-29T02:30', 'Europe/Berlin')).toEqual({ sendClock: { code: 'noSuchTime' } });
  const kept = { ...fields, sendClock: '2025-01-01T00:00', zone: '' };
  expect(timeFaults(kept, kept, NOW)).toEqual({});
});

test('an edit holds only what changed: nothing, a text that is emptied, a time that is taken away', () => {
  const waiting = { ...alert, status: 'scheduled', sendAt: '2026-01-01T18:00:00.000Z' } as const;
  const subject = { change: 'edit', of: waiting, etag: '"1.4.scheduled"' } as const;
  const before = editFieldsOf(waiting);
  expect(requestBody(subject, before, NOW)).toEqual({});
  expect(requestBody(subject, { ...before, url: '', sendClock: '' }, NOW)).toEqual({
    url: null,
    sendAt: null,
  });
  expect(requestBody(subject, { ...before, topics: ['sport'], lang: 'en' }, NOW)).toEqual({
    topics: ['sport'],
    lang: 'en',
  });
  expect(stateOf(subject)).toBe(5);
});

test('an expiry that was chosen moves along with the time of leaving; one that nobody chose is left to the API', () => {
  const waiting = { ...alert, status: 'scheduled', sendAt: '2026-01-01T18:00:00.000Z' } as const;
  const chosen = { ...waiting, ownExpiry: true, expiresAt: '2026-01-01T18:30:00.000Z' };
  const moved = { sendClock: '2026-01-02T00:00', zone: 'UTC' };
  const bodyOf = (of: typeof chosen | typeof waiting) =>
    requestBody({ change: 'edit', of, etag: '' }, { ...editFieldsOf(of), ...moved }, NOW);
  expect(bodyOf({ ...waiting, ownExpiry: false })).toEqual({ sendAt: '2026-01-02T00:00:00.000Z' });
  expect(bodyOf(chosen)).toEqual({
    sendAt: '2026-01-02T00:00:00.000Z',
    expiresAt: '2026-01-02T00:30:00.000Z',
  });
});
