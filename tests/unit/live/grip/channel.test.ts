import { expect, test } from 'vitest';
import { channelOf, parseGripLast, placeOf, queryOf } from '../../../../src/live/grip/channel.ts';
import { parseLiveQuery } from '../../../../src/live/door/query.ts';
import { createTail, KEPT, type Tail } from '../../../../src/live/log/tail.ts';
import type { LiveFilter } from '../../../../src/live/protocol.ts';
import { anAlertVersion } from '../../../support/gateway.ts';
import { seededRandom } from '../../../support/random.ts';

const world: LiveFilter = { topics: ['world'], urgency: 'normal', lang: undefined };
const [wanted, unwanted] = [anAlertVersion('خبر'), anAlertVersion('رياضة', { topics: ['sport'] })];

function tailOf(start: number, last: number, isWanted: (offset: number) => boolean): Tail {
  const tail = createTail('e', start);
  for (let offset = start + 1; offset <= last; offset++) {
    const alert = isWanted(offset) ? wanted : unwanted;
    tail.add({ offset, alert: { ...alert, id: `${offset}` }, json: '{}' });
  }
  return tail;
}

test('a place is the newest version of the channel', () => {
  const tail = tailOf(0, 40, (offset) => offset === 7 || offset === 30);
  expect(placeOf(tail, world)).toBe(30);
  expect(placeOf(tail, world, 30)).toBe(7);
  expect(placeOf(tail, world, 7)).toBe(0);
});

test('servers whose tails begin at different places find the same place, and a tail holds all that follows it', () => {
  const random = seededRandom(7);
  const rare = new Set(Array.from({ length: 12 }, () => Math.floor(random() * 6000)));
  for (const last of [499, 500, 2500, 3999, 4000, 5777]) {
    const isWanted = (offset: number): boolean => rare.has(offset);
    const places = [0, 100, last - KEPT].map((start) =>
      placeOf(tailOf(Math.max(0, start), last, isWanted), world),
    );
    expect(new Set(places).size).toBe(1);
    const [place = 0] = places;
    const shortest = tailOf(Math.max(0, last - KEPT), last, isWanted);
    expect(shortest.begin(world, { epoch: 'e', offset: place }, 0)).toMatchObject({
      recovered: true,
      versions: [],
    });
  }
});

test('a place moves without a version of the channel only after 500 versions of others', () => {
  const isWanted = (offset: number): boolean => offset === 600;
  const places = [600, 999, 1000, 1499, 1500].map((last) => placeOf(tailOf(0, last, isWanted), world));
  expect(places).toEqual([600, 600, 600, 600, 1000]);
});

test('a channel’s name says nothing of its filter and fits a header; its query gives the filter again', () => {
  const odd: LiveFilter = { topics: ['a', 'b-c'], urgency: 'urgent', lang: 'ar' };
  expect(channelOf(odd)).toMatch(/^ajil-[\w-]{22}$/);
  expect(channelOf(odd)).not.toBe(channelOf(world));
  for (const filter of [odd, world]) {
    expect(parseLiveQuery(new URLSearchParams(queryOf(filter)))).toMatchObject({ ok: true, filter });
  }
});

test('Grip-Last is read, and anything else is not', () => {
  expect(parseGripLast('ajil-x; last-id=e:12')).toEqual({
    channel: 'ajil-x',
    at: { epoch: 'e', offset: 12 },
  });
  for (const other of [
    '',
    'ajil-x',
    'ajil-x; last-id=',
    'ajil-x; last-id=12',
    'a; last-id=e:1, b; last-id=e:1',
  ]) {
    expect(parseGripLast(other)).toBeUndefined();
  }
});
