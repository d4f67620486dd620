import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

const DAY = 86_400_000;

/** PEM texts for a TLS server on `localhost`, `127.0.0.1` and `::1`, and the authority that vouches for it. */
export interface TestCertificate {
  /** Trust this: the `ca` option of a client, or the file that `NODE_EXTRA_CA_CERTS` names. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/**
 * Makes a fresh authority and a server certificate signed by it (ECDSA P-256, valid for a week), without any tool.
 * @param names further DNS names that the certificate is good for
 * @param until the end of the server's certificate
 * @param ofAddresses whether it is good for loopback's addresses, too
 */
export function makeCertificate(
  names: readonly string[] = [],
  until: Date = new Date(Date.now() + 7 * DAY),
  ofAddresses = true,
): TestCertificate {
  const authority = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const server = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const issuer = 'Test authority';
  const keyId = randomBytes(20);
  const ca = certificate({
    issuer,
    signer: authority.privateKey,
    subject: issuer,
    publicKey: authority.publicKey,
    extensions: [
      extension('551d13', true, sequence(tlv(0x01, Buffer.from([0xff])))), // basicConstraints: an authority
      extension('551d0f', true, tlv(0x03, Buffer.from([0x01, 0x06]))), // keyUsage: keyCertSign, cRLSign
      extension('551d0e', false, tlv(0x04, keyId)), // subjectKeyIdentifier
    ],
  });
  const dnsNames = ['localhost', ...names].map((name) => tlv(0x82, Buffer.from(name)));
  const loopback = [Buffer.from([127, 0, 0, 1]), Buffer.from('1'.padStart(32, '0'), 'hex')];
  const addresses = ofAddresses ? loopback : [];
  const cert = certificate({
    issuer,
    signer: authority.privateKey,
    subject: 'localhost',
    until,
    publicKey: server.publicKey,
    extensions: [
      extension('551d13', true, sequence()), // basicConstraints: not an authority
      extension('551d0f', true, tlv(0x03, Buffer.from([0x07, 0x80]))), // keyUsage: digitalSignature
      extension('551d25', false, sequence(oid('2b06010505070301'))), // extKeyUsage: serverAuth
      extension('551d23', false, sequence(tlv(0x80, keyId))), // authorityKeyIdentifier
      extension('551d11', false, sequence(...dnsNames, ...addresses.map((ip) => tlv(0x87, ip)))),
    ],
  });
  return { ca, cert, key: server.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

/** A DER element: tag, length, content (X.690). */
function tlv(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const head = length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}

const sequence = (...parts: Buffer[]): Buffer => tlv(0x30, ...parts);
const oid = (hex: string): Buffer => tlv(0x06, Buffer.from(hex, 'hex'));
const bits = (content: Buffer): Buffer => tlv(0x03, Buffer.from([0]), content);
const time = (date: Date): Buffer => {
  const text = date.toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  return tlv(0x17, Buffer.from(text.slice(2)));
};
const name = (text: string): Buffer =>
  sequence(tlv(0x31, sequence(oid('550403'), tlv(0x0c, Buffer.from(text)))));

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  const flag = critical ? [tlv(0x01, Buffer.from([0xff]))] : [];
  return sequence(oid(id), ...flag, tlv(0x04, value));
}

/** X.509 version 3 (RFC 5280, section 4.1), as PEM. */
function certificate(options: {
  issuer: string;
  signer: KeyObject;
  subject: string;
  publicKey: KeyObject;
  until?: Date;
  extensions: Buffer[];
}): string {
  const algorithm = sequence(oid('2a8648ce3d040302')); // ecdsa-with-SHA256
  const serial = randomBytes(16);
  serial[0] = (serial[0] ?? 0) & 0x7f || 1; // positive, in its shortest form
  const body = sequence(
    tlv(0xa0, tlv(0x02, Buffer.from([2]))),
    tlv(0x02, serial),
    algorithm,
    name(options.issuer),
    sequence(time(new Date(Date.now() - DAY)), time(options.until ?? new Date(Date.now() + 7 * DAY))),
    name(options.subject),
    options.publicKey.export({ type: 'spki', format: 'der' }),
    tlv(0xa3, sequence(...options.extensions)),
  );
  const der = sequence(body, algorithm, bits(sign('sha256', body, options.signer)));
  const lines = der.toString('base64').replaceAll(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}
