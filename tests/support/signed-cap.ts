import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { SignedXml } from 'xml-crypto';
import { certificate } from '../../src/ops/certificate.ts';

const DAY = 86_400_000;
const ENVELOPED = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';
const CANONICAL = 'http://www.w3.org/2001/10/xml-exc-c14n#';

export interface Signer {
  /** PEM. */
  readonly certificate: string;
  readonly key: KeyObject;
}

/** A warning office's key and the certificate that says so. */
export function makeSigner(): Signer {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const signer = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const from = new Date(Date.now() - DAY);
  const until = new Date(Date.now() + DAY);
  const pem = certificate({
    issuer: 'Office',
    subject: 'Office',
    signer,
    publicKey,
    from,
    until,
    extensions: [],
  });
  return { certificate: pem, key: privateKey };
}

/** The document with an enveloped signature over the part that `xpath` names; the whole of it unless it says otherwise. */
export function signed(xml: string, { key }: Signer, xpath = '/*'): string {
  const signature = new SignedXml({
    privateKey: key.export({ type: 'pkcs8', format: 'pem' }),
    signatureAlgorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    canonicalizationAlgorithm: CANONICAL,
  });
  signature.addReference({
    xpath,
    isEmptyUri: xpath === '/*',
    transforms: [ENVELOPED, CANONICAL],
    digestAlgorithm: 'http://www.w3.org/2001/04/xmlenc#sha256',
  });
  signature.computeSignature(xml);
  return signature.getSignedXml();
}
