import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { certificate, extension, oid, sequence, tlv } from '../../src/ops/certificate.ts';

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
  const from = new Date(Date.now() - DAY);
  const keyId = randomBytes(20);
  const ca = certificate({
    issuer,
    signer: authority.privateKey,
    subject: issuer,
    publicKey: authority.publicKey,
    from,
    until: new Date(Date.now() + 7 * DAY),
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
    from,
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
