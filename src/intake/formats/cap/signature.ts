import { DOMParser, XMLSerializer } from '@xmldom/xmldom';
import { SignedXml } from 'xml-crypto';
import { readXml, XmlFault } from '../xml.ts';

const SIGNATURES = 'http://www.w3.org/2000/09/xmldsig#';
/** An office signs, and the hub that forwards the message signs as well. */
const MOST_SIGNATURES = 4;

/**
 * What the owner of a certificate has signed of a document (XML Signature, enveloped): only these bytes may be believed, since a
 * signature may cover another part than the one that is read. Which key a document names does not count.
 * @param certificate PEM
 * @returns undefined: the document has no signature that fits
 */
export function signedBytes(bytes: Buffer, certificate: string): Buffer | undefined {
  const text = vetted(bytes);
  if (text === undefined) return undefined;
  const count = signaturesOf(text).length;
  if (count > MOST_SIGNATURES) return undefined;
  for (let index = 0; index < count; index++) {
    // Who signs first does not sign the signatures that come later.
    const signed = verified(text, index, certificate) ?? verified(withOnly(text, index), 0, certificate);
    if (signed !== undefined) return signed;
  }
  return undefined;
}

/** The parser of the signatures builds a tree of whatever it gets: it gets only what ours has read. */
function vetted(bytes: Buffer): string | undefined {
  try {
    readXml(bytes);
    return bytes.toString('utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    if (error instanceof XmlFault) return undefined;
    throw error;
  }
}

const parse = (text: string): Document =>
  new DOMParser({ errorHandler: () => undefined }).parseFromString(text, 'text/xml');

const signaturesOf = (text: string): Element[] => childSignatures(parse(text));

const childSignatures = ({ documentElement }: Document): Element[] =>
  Array.from(documentElement.childNodes).filter(
    (node): node is Element =>
      (node as Element).localName === 'Signature' && (node as Element).namespaceURI === SIGNATURES,
  );

function withOnly(text: string, index: number): string {
  const document = parse(text);
  for (const [at, signature] of childSignatures(document).entries()) {
    if (at !== index) document.documentElement.removeChild(signature);
  }
  return new XMLSerializer().serializeToString(document);
}

function verified(text: string, index: number, certificate: string): Buffer | undefined {
  const signature = signaturesOf(text)[index];
  if (signature === undefined) return undefined;
  const signed = new SignedXml({ publicCert: certificate, getCertFromKeyInfo: () => null });
  try {
    signed.loadSignature(signature);
    if (!signed.checkSignature(text)) return undefined;
    const [part, ...more] = signed.getSignedReferences();
    return part === undefined || more.length > 0 ? undefined : Buffer.from(part);
  } catch {
    // It throws for a digest that does not fit, for algorithms that it does not know, and for what is no signature.
    return undefined;
  }
}
