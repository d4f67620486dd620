import { randomBytes, sign, type KeyObject } from 'node:crypto';

// X.509 certificates in DER (RFC 5280, X.690), for servers that only our own processes call.

/** A DER element: tag, length, content. */
export function tlv(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const head = length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}

export const sequence = (...parts: Buffer[]): Buffer => tlv(0x30, ...parts);
export const oid = (hex: string): Buffer => tlv(0x06, Buffer.from(hex, 'hex'));
const bits = (content: Buffer): Buffer => tlv(0x03, Buffer.from([0]), content);
/** UTCTime: years from 1950 to 2049. */
const time = (date: Date): Buffer => {
  const text = date.toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  return tlv(0x17, Buffer.from(text.slice(2)));
};
const name = (text: string): Buffer =>
  sequence(tlv(0x31, sequence(oid('550403'), tlv(0x0c, Buffer.from(text)))));

/** @param id the object identifier's content, in hex */
export function extension(id: string, critical: boolean, value: Buffer): Buffer {
  const flag = critical ? [tlv(0x01, Buffer.from([0xff]))] : [];
  return sequence(oid(id), ...flag, tlv(0x04, value));
}

/** X.509 version 3 (RFC 5280, section 4.1), as PEM. */
export function certificate(options: {
  readonly issuer: string;
  readonly signer: KeyObject;
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly from: Date;
  readonly until: Date;
  readonly extensions: readonly Buffer[];
}): string {
  const algorithm = sequence(oid('2a8648ce3d040302')); // ecdsa-with-SHA256
  const serial = randomBytes(16);
  serial[0] = (serial[0] ?? 0) & 0x7f || 1; // positive, in its shortest form
  const body = sequence(
    tlv(0xa0, tlv(0x02, Buffer.from([2]))),
    tlv(0x02, serial),
    algorithm,
    name(options.issuer),
    sequence(time(options.from), time(options.until)),
    name(options.subject),
    options.publicKey.export({ type: 'spki', format: 'der' }),
    tlv(0xa3, sequence(...options.extensions)),
  );
  const der = sequence(body, algorithm, bits(sign('sha256', body, options.signer)));
  const lines = der.toString('base64').replaceAll(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

const LOOPBACK = Buffer.from([127, 0, 0, 1]);

/** A certificate of 127.0.0.1 that vouches for itself. It is good at any time, so that a wrong clock does not matter here. */
export function loopbackCertificate(privateKey: KeyObject, publicKey: KeyObject): string {
  const subject = 'Ajil on this machine';
  return certificate({
    issuer: subject,
    signer: privateKey,
    subject,
    publicKey,
    from: new Date('2000-01-01T00:00:00Z'),
    until: new Date('2049-12-31T00:00:00Z'),
    extensions: [extension('551d11', false, sequence(tlv(0x87, LOOPBACK)))], // subjectAltName
  });
}
