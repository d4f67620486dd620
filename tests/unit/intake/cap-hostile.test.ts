import {
  tuple,
  array,
  assert,
  constantFrom,
  letrec,
  nat,
  oneof,
  property,
  string,
  uint8Array,
} from 'fast-check';
import { expect, test } from 'vitest';
import { readCap } from '../../../src/intake/formats/cap/cap.ts';
import { capMessage } from '../../support/cap.ts';

const fault = (text: string | Buffer): string => {
  const read = readCap(Buffer.from(text));
  return 'fault' in read ? read.fault : 'none';
};
const within = (after: string, before = ''): string => capMessage({ after, before }).xml;

test.each<[string, string, RegExp]>([
  [
    'an external entity',
    within('<note>&file;</note>', '<!DOCTYPE alert [<!ENTITY file SYSTEM "file:///etc/hostname">]>'),
    /DOCTYPE/,
  ],
  ['an external document type', within('', '<!DOCTYPE alert SYSTEM "http://127.0.0.1:1/x.dtd">'), /DOCTYPE/],
  [
    'entities that grow (billion laughs)',
    within(
      '<note>&c;</note>',
      `<!DOCTYPE alert [<!ENTITY a "${'ha'.repeat(50)}"><!ENTITY b "${'&a;'.repeat(50)}"><!ENTITY c "${'&b;'.repeat(50)}">]>`,
    ),
    /DOCTYPE/,
  ],
  ['an entity that nobody declared', within('<note>&xxe;</note>'), /well-formed/],
  ['an element that is not closed', within('<note>'), /well-formed/],
  ['a prefix that nobody declared', within('<x:note/>'), /well-formed/],
  ['deep nesting', within('<x>'.repeat(100_000)), /deeper/],
  ['a hundred thousand elements', within('<x/>'.repeat(100_000)), /at most/],
  ['no XML', '{"uri": "urn:example"}', /well-formed/],
  ['nothing', '', /well-formed|must be/],
  ['bytes that are no UTF-8', '\xff\xfe', /./],
])('%s is refused', (_what, text, why) => {
  expect(fault(text)).toMatch(why);
});

test('XInclude and schema locations are not followed, and are no fields', () => {
  const read = readCap(
    Buffer.from(
      within(
        '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="http://127.0.0.1:1/"/><y xmlns="urn:y">a</y>',
      ),
    ),
  );
  expect(read).toMatchObject({ items: [{ unfit: null }] });
});

test('50 MB are refused before they are read', () => {
  const huge = Buffer.alloc(50 * 1024 * 1024, ' ');
  Buffer.from(capMessage().xml).copy(huge);
  expect(fault(huge)).toMatch(/at most/);
});

const word = constantFrom(
  ...'alert identifier sender sent status msgType scope references info language category event urgency severity certainty headline description instruction expires area areaDesc eventCode value x:y __proto__ constructor'.split(
    ' ',
  ),
);
const value = oneof(
  string({ unit: 'binary' }),
  constantFrom(
    'Actual',
    'Alert',
    'Update',
    'Cancel',
    'Public',
    'ar',
    '2026-11-29T10:00:00Z',
    'a,b,c',
    'o,a,2026-01-01T00:00:00Z',
    '&amp;',
    '&#0;',
    '&#x1F600;',
    '<![CDATA[x]]>',
    ']]>',
    '<!--',
    '<?xml?>',
  ),
);
const { element } = letrec<{ element: string }>((tie) => ({
  element: tuple(word, array(oneof({ maxDepth: 4 }, value, tie('element')), { maxLength: 5 })).map(
    ([name, parts]) => `<${name}>${parts.join('')}</${name}>`,
  ),
}));

test('whatever comes gives items or a fault, and nothing is thrown', () => {
  const seen = { items: 0, faults: 0 };
  const take = (bytes: Buffer): void => {
    const read = readCap(bytes);
    if ('fault' in read) {
      expect(read.fault).not.toBe('');
      seen.faults += 1;
    } else seen.items += 1;
  };
  const runs = { numRuns: 1500, seed: 14 };
  assert(
    property(uint8Array({ maxLength: 400 }), (bytes) => take(Buffer.from(bytes))),
    runs,
  );
  assert(
    property(array(element, { maxLength: 6 }), (parts) => take(Buffer.from(within(parts.join(''))))),
    runs,
  );
  // A message of ours with one part exchanged.
  const { xml } = capMessage({ msgType: 'Update', references: ['o,a,2026-01-01T00:00:00Z'] });
  assert(
    property(nat(xml.length), nat(40), value, (at, length, put) =>
      take(Buffer.from(`${xml.slice(0, at)}${put}${xml.slice(at + length)}`)),
    ),
    runs,
  );
  expect(seen.items).toBeGreaterThan(20);
  expect(seen.faults).toBeGreaterThan(1000);
});
