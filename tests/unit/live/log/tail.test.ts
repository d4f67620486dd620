import { expect, test } from 'vitest';
import type { Alert } from '../../../../src/alerts/schema.ts';
import type { LogEntry } from '../../../../src/live/log/log.ts';
import type { LiveFilter } from '../../../../src/live/protocol.ts';
import { concerns, createTail, helloText, KEPT, MAX_REPLAY_BYTES } from '../../../../src/live/log/tail.ts';
import { anAlertVersion, nextVersion } from '../../../support/gateway.ts';

const everything: LiveFilter = { topics: [], urgency: 'normal', lang: undefined };
const loud: LiveFilter = { ...everything, urgency: 'flash' };
const entry = (offset: number, alert: Alert): LogEntry => ({ offset, alert, json: JSON.stringify(alert) });
const offsets = (versions: readonly { offset: number }[]): number[] => versions.map(({ offset }) => offset);

test('an alert reaches whoever wanted any of its versions, and nobody else', () => {
  const tail = createTail('e', 0);
  const first = anAlertVersion('الأول', { urgency: 'normal' });
  const versions = [
    first,
    nextVersion(first, { urgency: 'flash' }),
    nextVersion(first, { version: 3, urgency: 'normal' }),
    anAlertVersion('غيره', { urgency: 'normal' }),
  ].map((alert, index) => tail.add(entry(index + 1, alert)));
  expect(versions.map((version) => concerns(loud, version))).toEqual([false, true, true, false]);
  expect(versions.map((version) => concerns({ ...loud, lang: 'en' }, version))).toEqual(
    Array.from({ length: 4 }, () => false),
  );
  expect(offsets(tail.begin(loud, { epoch: 'e', offset: 0 }, 0).versions)).toEqual([3]);
});

test('a gap is replayed only when it is held as a whole', () => {
  const tail = createTail('e', 10);
  for (let offset = 11; offset <= 10 + KEPT * 2; offset++) tail.add(entry(offset, anAlertVersion('خبر')));
  const last = 10 + KEPT * 2;
  const begin = (offset: number, epoch = 'e') =>
    tail.begin({ ...everything, lang: 'en' }, { epoch, offset }, 0);
  expect(begin(last)).toMatchObject({ recovered: true, versions: [], cursor: { epoch: 'e', offset: last } });
  expect(begin(last - KEPT).recovered).toBe(true);
  expect(begin(10).recovered).toBe(false);
  expect(begin(last + 1).recovered).toBe(false);
  expect(begin(last, 'other').recovered).toBe(false);
  expect(tail.begin(everything, undefined, 0).recovered).toBe(false);
});

test('of an alert that was corrected meanwhile only the newest version is replayed', () => {
  const tail = createTail('e', 0);
  const first = anAlertVersion('خاطئ');
  const other = anAlertVersion('غيره');
  [first, other, nextVersion(first, { change: 'correction' })].forEach((alert, index) =>
    tail.add(entry(index + 1, alert)),
  );
  expect(offsets(tail.begin(everything, { epoch: 'e', offset: 0 }, 0).versions)).toEqual([2, 3]);
  expect(offsets(tail.begin(everything, { epoch: 'e', offset: 1 }, 0).versions)).toEqual([2, 3]);
});

test('a fresh log knows the cursor at its beginning, and none before it', () => {
  const tail = createTail('e', 10);
  expect(tail.begin(everything, { epoch: 'e', offset: 10 }, 0).recovered).toBe(true);
  expect(tail.begin(everything, { epoch: 'e', offset: 9 }, 0).recovered).toBe(false);
});

test.each([
  [1000, false],
  [1500, true],
])('who wanted an alert is known as long as a version of it is held: at %i, %s', (middle, known) => {
  const tail = createTail('e', 0);
  const first = anAlertVersion('الأول', { urgency: 'flash' });
  const quiet = (version: number): Alert => nextVersion(first, { version, urgency: 'normal' });
  tail.add(entry(1, first));
  for (let offset = 2; offset <= KEPT * 1.5 + 1; offset++) {
    tail.add(entry(offset, offset === middle ? quiet(2) : anAlertVersion('خبر', { urgency: 'normal' })));
  }
  expect(concerns(loud, tail.add(entry(KEPT * 1.5 + 2, quiet(3))))).toBe(known);
});

test('a replay has a bound in bytes', () => {
  const tail = createTail('e', 0);
  const alert = (): Alert => anAlertVersion('خبر', { body: 'س'.repeat(1000) });
  const { bytes } = tail.add(entry(1, alert()));
  const most = Math.floor(MAX_REPLAY_BYTES / bytes);
  for (let offset = 2; offset <= most; offset++) tail.add(entry(offset, alert()));
  expect(tail.begin(everything, { epoch: 'e', offset: 0 }, 0).recovered).toBe(true);
  tail.add(entry(most + 1, alert()));
  expect(tail.begin(everything, { epoch: 'e', offset: 0 }, 0).recovered).toBe(false);
  expect(tail.begin(everything, { epoch: 'e', offset: 1 }, 0).recovered).toBe(true);
});

test('the text of a hello is the JSON that the protocol says', () => {
  const tail = createTail('e', 0);
  const alert = anAlertVersion('عاجل: "اقتباس"\u2028');
  tail.add(entry(1, alert));
  expect(JSON.parse(helloText(tail.begin(everything, undefined, Date.now()), 0))).toEqual({
    type: 'hello',
    cursor: 'e:1',
    recovered: false,
    time: '1970-01-01T00:00:00.000Z',
    alerts: [alert],
  });
});
