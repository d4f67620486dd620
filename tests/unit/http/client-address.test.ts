import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { addressBucket, clientAddress, compileTrust } from '../../../src/http/client-address.ts';

test.for([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::FFFF:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:1:2::', '2001:db8:1:2::/64'],
  ['2001:db8::5', '2001:db8:0:0::/64'],
  ['2001:db8::1:2:3:4', '2001:db8:0:0::/64'],
  ['2001:db8:1::2:3:4:5', '2001:db8:1:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['unknown', 'unknown'],
])('%s is counted with %s', ([address = '', bucket]) => expect(addressBucket(address)).toBe(bucket));

const PEER = '198.51.100.9';
test.for([
  ['203.0.113.7', '203.0.113.7'],
  ['203.0.113.7:50001', '203.0.113.7'],
  ['[2001:db8:1:2::a]:50001', '2001:db8:1:2::a'],
  ['[2001:db8:1:2::a]', '2001:db8:1:2::a'],
  ['2001:db8:1:2::a', '2001:db8:1:2::a'],
  ['10.0.0.1, 203.0.113.7:443', '203.0.113.7'],
  ['unknown', PEER],
  ['_hidden:80', PEER],
  ['999.1.1.1:80', PEER],
  ['', PEER],
])('a proxy that names the client %s means %s', ([named = '', address]) => {
  const request = { headers: { 'x-forwarded-for': named }, socket: { remoteAddress: PEER } };
  expect(clientAddress(request as unknown as IncomingMessage, compileTrust(1))).toBe(address);
});

test('an address with a port is trusted like one without', () => {
  const headers = { 'x-forwarded-for': '203.0.113.7:1, 10.0.0.5:2' };
  const request = { headers, socket: { remoteAddress: '10.0.0.4' } } as unknown as IncomingMessage;
  expect(clientAddress(request, compileTrust(['10.0.0.0/8']))).toBe('203.0.113.7');
  expect(clientAddress(request, compileTrust(false))).toBe('10.0.0.4');
});
