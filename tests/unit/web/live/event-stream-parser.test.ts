import { expect, test } from 'vitest';
import { createEventStreamParser } from '../../../../src/web/live/event-stream-parser.ts';

const STREAM =
  ': beat\n\nid: e:1\ndata: {"a":1}\n\ndata:عاجل\r\ndata: two\r\n\r\nevent: other\n\n: beat\n\ndata: cut';

test.each([STREAM.length, 7, 1])(
  'events are read however the network cuts them, %i characters at a time',
  (size) => {
    const heard: string[] = [];
    const parse = createEventStreamParser({
      onText: (text) => heard.push(text),
      onBeat: () => heard.push('beat'),
    });
    for (let start = 0; start < STREAM.length; start += size) parse(STREAM.slice(start, start + size));
    expect(heard).toEqual(['beat', '{"a":1}', 'عاجل\ntwo', 'beat']);
  },
);

test('an event without an end is refused', () => {
  const parse = createEventStreamParser({ onText: () => undefined, onBeat: () => undefined });
  const piece = 'x'.repeat(1024 * 1024);
  expect(() => {
    for (let count = 0; count < 20; count++) parse(piece);
  }).toThrow('without an end');
});
