import { SaxesParser } from 'saxes';

/** An element with what is in it. Attributes, comments and instructions are left out: no format of ours needs them. */
export interface XmlElement {
  /** Without its prefix. */
  readonly name: string;
  readonly namespace: string;
  readonly children: readonly XmlElement[];
  /** Of the element itself, not of those within it. */
  readonly text: string;
}

/** Why bytes are no XML that we read: a sentence for the source's operator. */
export class XmlFault extends Error {
  override readonly name = 'XmlFault';
}

const MOST_BYTES = 1024 * 1024;
const MOST_DEPTH = 32;
const MOST_ELEMENTS = 20_000;

interface Open {
  readonly name: string;
  readonly namespace: string;
  readonly children: Open[];
  text: string;
}

/**
 * Reads a document that a stranger may have written: in one pass, strictly, without document types, so there are no entities
 * besides the five of XML, and nothing is fetched (OWASP, XML External Entity Prevention). @throws {XmlFault}
 */
export function readXml(bytes: Buffer): XmlElement {
  if (bytes.length > MOST_BYTES) throw new XmlFault(`must have at most ${MOST_BYTES} bytes`);
  const parser = new SaxesParser({ xmlns: true });
  const open: Open[] = [];
  let root: Open | undefined;
  let count = 0;
  parser.on('error', (error) => {
    throw new XmlFault(`must be well-formed XML: ${error.message.slice(0, 200)}`);
  });
  parser.on('doctype', () => {
    throw new XmlFault('must have no document type (DOCTYPE)');
  });
  parser.on('opentag', ({ local, uri }) => {
    if (open.length >= MOST_DEPTH) throw new XmlFault(`must not nest deeper than ${MOST_DEPTH} elements`);
    if (++count > MOST_ELEMENTS) throw new XmlFault(`must have at most ${MOST_ELEMENTS} elements`);
    const element: Open = { name: local, namespace: uri, children: [], text: '' };
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  });
  parser.on('closetag', () => void open.pop());
  const addText = (text: string): void => {
    const within = open.at(-1);
    if (within !== undefined) within.text += text;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.write(decode(bytes)).close();
  if (root === undefined) throw new XmlFault('must be an XML document');
  return root;
}

/** In the encoding that the document declares; UTF-8 without one (XML 1.0, section 4.3.3). */
function decode(bytes: Buffer): string {
  const start = bytes.subarray(0, 200).toString('latin1');
  const declared = /<\?xml\s[^>]*?encoding\s*=\s*["']([\w.-]{1,40})["']/i.exec(start)?.[1];
  try {
    return new TextDecoder(declared ?? 'utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new XmlFault(`must be text in ${declared ?? 'UTF-8'}`);
  }
}
