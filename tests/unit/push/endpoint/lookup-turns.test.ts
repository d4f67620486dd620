import { expect, test } from 'vitest';
import { createEndpointPolicy } from '../../../../src/push/endpoint/endpoint-policy.ts';
import type { Resolve } from '../../../../src/push/endpoint/public-address.ts';

function setUp() {
  /** What the name system is asked and has not answered, by name. */
  const asked = new Map<string, (found: boolean) => void>();
  const resolve: Resolve = (name, _options, done) => {
    asked.set(name, (found) => {
      asked.delete(name);
      if (found) done(null, [{ address: '8.8.8.8', family: 4 }]);
      else done(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), []);
    });
  };
  const { lookup } = createEndpointPolicy({ extraOrigins: ['https://push.example:8443'], resolve });
  const results: string[] = [];
  const ask = (name: string): void =>
    lookup(name, { all: true }, (error) => results.push(`${name} ${error === null ? 'found' : error.code}`));
  return { asked, results, ask, underWay: () => [...asked.keys()] };
}
const region = (name: string): string => `${name}.notify.windows.com`;

test('names that strangers may have made up are resolved one at a time, the others at once', () => {
  const { ask, asked, underWay, results } = setUp();
  for (const name of ['x1', 'x2', 'x3']) ask(region(name));
  ask('fcm.googleapis.com');
  ask('push.example');
  expect(underWay()).toEqual([region('x1'), 'fcm.googleapis.com', 'push.example']);
  asked.get(region('x1'))?.(false);
  expect(underWay()).toEqual(['fcm.googleapis.com', 'push.example', region('x2')]);
  asked.get(region('x2'))?.(true);
  asked.get(region('x3'))?.(false);
  expect(results).toEqual([
    `${region('x1')} ENOTFOUND`,
    `${region('x2')} found`,
    `${region('x3')} ENOTFOUND`,
  ]);
});

test('a name that was found once never waits again, one that was not does', () => {
  const { ask, asked, underWay } = setUp();
  ask(region('real'));
  asked.get(region('real'))?.(true);
  ask(region('x1'));
  asked.get(region('x1'))?.(false);
  for (const name of ['x2', 'x1', 'real']) ask(region(name));
  expect(underWay()).toEqual([region('x2'), region('real')]);
});

test('a second question for a waiting name gets the same answer and takes no turn', () => {
  const { ask, asked, underWay, results } = setUp();
  for (const name of ['x1', 'x2', 'x2', 'x1']) ask(region(name));
  asked.get(region('x1'))?.(false);
  asked.get(region('x2'))?.(true);
  expect(underWay()).toEqual([]);
  expect(results.toSorted()).toEqual([
    `${region('x1')} ENOTFOUND`,
    `${region('x1')} ENOTFOUND`,
    `${region('x2')} found`,
    `${region('x2')} found`,
  ]);
});

test('more names than there may be regions do not wait', () => {
  const { ask, results } = setUp();
  for (let i = 0; i < 257; i++) ask(region(`x${i}`));
  expect(results).toEqual([`${region('x256')} EBUSY`]);
});
