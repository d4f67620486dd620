import { EMPTY_ITEM, type Ending, type Format, type Item, type ReadItems } from '../../item.ts';
import { reason, type Reason } from '../../reasons.ts';
import { FieldFault } from '../field-fault.ts';
import { readXml, XmlFault, type XmlElement } from '../xml.ts';
import { fieldsOf, type CapFields } from './fields.ts';
import { readInfos, type CapInfo } from './info.ts';
import { keyOf, readReferences, type Triple } from './references.ts';

/** 1.1 has the same elements. */
const NAMESPACES = new Set(['urn:oasis:names:tc:emergency:cap:1.2', 'urn:oasis:names:tc:emergency:cap:1.1']);

/**
 * The Common Alerting Protocol 1.2 (OASIS, ITU-T X.1303). A message is an item, with an edition for each language. An Update
 * continues the messages that it names, and ends them with whatever they say in other languages; a Cancel ends them.
 */
export const readCap: Format = (bytes) => {
  try {
    return readMessage(alertIn(readXml(bytes)));
  } catch (error) {
    if (error instanceof XmlFault) return { fault: error.message, pointer: '' };
    if (error instanceof FieldFault) return { fault: error.message, pointer: error.pointer };
    throw error;
  }
};

function alertIn(root: XmlElement): CapFields {
  if (root.name === 'alert' && NAMESPACES.has(root.namespace)) return fieldsOf(root);
  throw new XmlFault('must be one CAP message: an alert in urn:oasis:names:tc:emergency:cap:1.2');
}

const STATUSES = ['actual', 'exercise', 'system', 'test', 'draft'];
const TYPES = ['alert', 'update', 'cancel', 'ack', 'error'];
const SCOPES = ['public', 'restricted', 'private'];
const MOST_NAME = 500;

function readMessage(alert: CapFields): ReadItems {
  const triple = readTriple(alert);
  const at = alert.time('sent') ?? 0;
  const type = oneOf(alert, 'msgType', TYPES);
  const why = whyNot(alert, type);
  const id = keyOf(triple);
  // What readers never see must not end what they see.
  if (why !== null) return { items: [unfit(id, at, why)] };
  const references = readReferences(alert.text('references'), triple);
  if (type !== 'alert' && references.length === 0) {
    throw new FieldFault(
      'references',
      `is missing: ${type === 'cancel' ? 'a Cancel' : 'an Update'} names messages`,
    );
  }
  const how = type === 'cancel' ? 'cancelled' : 'replaced';
  const endings: Ending[] = references.map((ended) => ({ id: ended, by: id, how, at }));
  if (type === 'cancel') return { items: [], endings };
  const infos = readInfos(alert);
  if (infos.length === 0) return { items: [unfit(id, at, reason('cap-no-info'))] };
  return { items: infos.map((info) => edition({ id, at, references }, info)), endings };
}

function readTriple(alert: CapFields): Triple {
  const [sender, identifier, sent] = ['sender', 'identifier', 'sent'].map((name) => {
    const value = alert.required(name);
    if (value.length > MOST_NAME) throw new FieldFault(name, `must have at most ${MOST_NAME} characters`);
    return value;
  }) as [string, string, string];
  return { sender, identifier, sent };
}

function oneOf(alert: CapFields, name: string, values: readonly string[]): string {
  const value = alert.required(name).toLowerCase();
  if (!values.includes(value)) throw new FieldFault(name, `must be one of ${values.join(', ')}`);
  return value;
}

/** Why no reader may see the message; null: readers may. */
function whyNot(alert: CapFields, type: string): Reason | null {
  const status = oneOf(alert, 'status', STATUSES);
  if (status !== 'actual') return reason('cap-status', { status });
  if (type === 'ack' || type === 'error') return reason('cap-type', { type });
  const scope = oneOf(alert, 'scope', SCOPES);
  return scope === 'public' ? null : reason('cap-scope', { scope });
}

const unfit = (id: string, at: number, why: Reason): Item => ({
  ...EMPTY_ITEM,
  id,
  version: { number: null, madeAt: at },
  unfit: why,
});

const edition = (
  { id, at, references }: { id: string; at: number; references: readonly string[] },
  { lang, headline, body, urgency, subjects, expiresAt }: CapInfo,
): Item => ({
  ...EMPTY_ITEM,
  id,
  edition: lang,
  version: { number: null, madeAt: at },
  follows: references,
  headline,
  body,
  lang,
  subjects,
  urgency,
  expiresAt: expiresAt === null ? null : new Date(expiresAt).toISOString(),
});
