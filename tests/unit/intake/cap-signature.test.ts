import { expect, test } from 'vitest';
import { readCap } from '../../../src/intake/formats/cap/cap.ts';
import { signedBytes } from '../../../src/intake/formats/cap/signature.ts';
import { capMessage } from '../../support/cap.ts';
import { makeSigner, signed } from '../../support/signed-cap.ts';

const office = makeSigner();
const hub = makeSigner();
const check = (xml: string, by = office): Buffer | undefined => signedBytes(Buffer.from(xml), by.certificate);
const message = capMessage({ identifier: 'signed', infos: [{ event: 'عاصفة رملية' }] }).xml;
const ITEM = { items: [{ headline: 'عاصفة رملية' }] };

test('what the office has signed is read', () => {
  const bytes = check(signed(message, office));
  expect(bytes && readCap(bytes)).toMatchObject(ITEM);
});

test('what nobody signed, or somebody else, is not', () => {
  expect(check(message)).toBeUndefined();
  expect(check(signed(message, hub))).toBeUndefined();
});

test('a text that was changed afterwards is not', () => {
  const xml = signed(message, office);
  expect(check(xml.replace('عاصفة رملية', 'عاصفة ثلجية'))).toBeUndefined();
  expect(check(xml.replace('<status>Actual', '<status>Actual<!-- x -->'))).toBeDefined();
});

test('a message that a hub has signed after the office is believed for the sake of either', () => {
  const both = signed(signed(message, office), hub);
  for (const by of [office, hub]) expect(readCap(check(both, by) as Buffer)).toMatchObject(ITEM);
});

test('a key that the document itself names does not count', () => {
  const xml = signed(message, hub);
  const body = hub.certificate.replace(/-----[^-]+-----|\s/g, '');
  const named = `<KeyInfo><X509Data><X509Certificate>${body}</X509Certificate></X509Data></KeyInfo></Signature>`;
  expect(check(xml.replace('</Signature>', named), hub)).toBeDefined();
  expect(check(xml.replace('</Signature>', named), office)).toBeUndefined();
});

test('a signature over a part of the document does not vouch for the rest', () => {
  // The signed message is moved into another one, which is what would be read (signature wrapping).
  const xml = signed(message, office, "//*[local-name(.)='info']");
  const bytes = check(xml);
  expect(bytes === undefined || 'fault' in readCap(bytes)).toBe(true);
  const inner = signed(message, office).replace(/^<\?xml[^>]*\?>\s*/, '');
  const wrapped = capMessage({ infos: [{ event: 'خبر كاذب' }], after: inner }).xml;
  expect(check(wrapped)).toBeUndefined();
  const signature = /<Signature .*<\/Signature>/s.exec(inner)?.[0] ?? '';
  const moved = capMessage({
    infos: [{ event: 'خبر كاذب' }],
    after: `${inner.replace(signature, '')}${signature}`,
  });
  expect(check(moved.xml)).toBeUndefined();
});

test('hostile XML does not reach the parser of signatures', () => {
  const doctype = '<!DOCTYPE alert [<!ENTITY a "x">]>';
  expect(check(signed(message, office).replace('<alert', `${doctype}<alert`))).toBeUndefined();
  expect(check('<x>'.repeat(100_000))).toBeUndefined();
  expect(check('')).toBeUndefined();
});
