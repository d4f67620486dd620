import type { Format, Item, ItemVersion } from '../../item.ts';
import { reason, type Reason } from '../../reasons.ts';
import { FieldFault } from '../field-fault.ts';
import { readLang } from '../lang.ts';
import { readTime } from '../time.ts';
import { fieldsOf, isObject, isWritten, type Fields } from './fields.ts';
import { textOf } from './texts.ts';

/**
 * IPTC ninjs 1.x, 2.x and 3.x (https://iptc.org/standards/ninjs/), and Superdesk's dialect, which is not valid ninjs: `guid`
 * in place of `uri`, and `signal`, `priority`, `service`, `evolvedfrom`. The three differ in the case of names and in where
 * texts are, so one reading takes all of them. Unknown fields are left alone: agencies add their own.
 */
export const readNinjs: Format = (bytes) => {
  const read = parse(bytes);
  if (!isObject(read)) return { fault: 'must be one ninjs item: a JSON object in UTF-8', pointer: '' };
  try {
    return { items: [toItem(fieldsOf(read))] };
  } catch (error) {
    if (error instanceof FieldFault) return { fault: error.message, pointer: error.pointer };
    throw error;
  }
};

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

const MOST_ID_LENGTH = 2000;

function toItem(fields: Fields): Item {
  const id = fields.text('guid', 'uri');
  if (id === undefined) throw new FieldFault('uri', 'is missing: an item has a uri, in Superdesk a guid');
  if (id.length > MOST_ID_LENGTH) throw new FieldFault('uri', 'is too long');
  const signals = wordsOf(fields.find('signal', 'signals')?.value);
  const change = readChange(fields, signals);
  const isTakenBack = change === 'withdrawal' || change === 'hold';
  const unfit = isTakenBack ? null : readUnfit(fields);
  const headline = textOf(fields, { name: 'headline', list: 'headlines', roles: ['main'] });
  if (headline === undefined && unfit === null && !isTakenBack) {
    const name = fields.find('headlines', 'bodies') === undefined ? 'headline' : 'headlines';
    throw new FieldFault(name, 'is missing: an alert needs a headline');
  }
  const follows = fields.find('evolvedfrom')?.value;
  return {
    id,
    edition: null,
    version: readVersion(fields),
    follows: typeof follows === 'string' && follows !== '' && follows !== id ? [follows] : [],
    change,
    unfit,
    stale: null,
    headline: headline ?? '',
    body: readBody(fields) ?? null,
    lang: readLang(fields.find('language')?.value) ?? null,
    subjects: [
      ...wordsOf(fields.find('subject', 'subjects')?.value),
      ...wordsOf(fields.find('service', 'services')?.value),
    ],
    urgency: readUrgency(fields.find('urgency')?.value),
    isSensitive: signals.includes('cwarn'),
    // Of what is taken back, times do not matter: a fault there must not keep it.
    embargoedUntil: (isTakenBack ? undefined : fields.time('embargoed', 'embargoeduntil')) ?? null,
    expiresAt: (isTakenBack ? undefined : fields.time('expires')) ?? null,
  };
}

/** IPTC's publishing status (http://cv.iptc.org/newscodes/pubstatusg2/), which is `usable` where it is not given. */
function readChange(fields: Fields, signals: readonly string[]): Item['change'] {
  const status = (fields.text('pubstatus') ?? 'usable').toLowerCase().replace(/^stat:/, '');
  if (status === 'canceled' || status === 'cancelled') return 'withdrawal';
  if (status === 'withheld') return 'hold';
  if (status !== 'usable') {
    const { name = 'pubstatus' } = fields.find('pubstatus') ?? {};
    throw new FieldFault(name, 'must be usable, withheld or canceled');
  }
  const note = fields.find('ednote')?.value;
  const isCorrection =
    signals.includes('correction') ||
    (typeof note === 'string' && /^\W*correct(ion|ed|s)\b|^\s*تصحيح/i.test(note));
  return isCorrection ? 'correction' : 'update';
}

const TEXTS = new Set(['text', 'composite']);

function readUnfit(fields: Fields): Reason | null {
  const type = (fields.text('type') ?? 'text').toLowerCase();
  return TEXTS.has(type) ? null : reason('wrong-type', { type: type.slice(0, 40) });
}

/** The summary where there is one; else the text itself. */
const readBody = (fields: Fields): string | undefined =>
  textOf(fields, { name: 'description', list: 'descriptions', roles: ['text', 'main', 'summary'] }) ??
  textOf(fields, { name: 'body', list: 'bodies', roles: ['text', 'main', 'html', 'xhtml'] });

function readVersion(fields: Fields): ItemVersion {
  const number = fields.find('version')?.value;
  const madeAt = fields.find('versioncreated')?.value;
  return {
    number: isWritten(number) && /^\d{1,15}(\.0+)?$/.test(String(number)) ? Number(number) : null,
    madeAt: (typeof madeAt === 'string' ? readTime(madeAt) : undefined) ?? null,
  };
}

/** `1` (highest) to `9`; null where there is none, or one that means nothing. */
function readUrgency(value: unknown): string | null {
  const urgency = isWritten(value) ? Number(value) : Number.NaN;
  return Number.isInteger(urgency) && urgency >= 1 && urgency <= 9 ? String(urgency) : null;
}

const NAMING = ['code', 'qcode', 'literal', 'uri', 'name'];
const MOST_WORDS = 200;

/**
 * What a list of concepts calls them: `{name, code, scheme}` of 1.x, `{name, uri, literal}` of 2.x and 3.x, or plain text; of
 * `medtop:20000001` and `http://cv.iptc.org/newscodes/mediatopic/20000001` the code as well.
 */
function wordsOf(value: unknown): string[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  const words = list.slice(0, MOST_WORDS).flatMap((concept) => {
    if (!isObject(concept)) return [concept];
    const fields = fieldsOf(concept);
    return NAMING.map((name) => fields.find(name)?.value);
  });
  return words.flatMap((word) => {
    if (!isWritten(word) || String(word).length > 300) return [];
    const text = String(word).trim().toLowerCase();
    const code = /[:/]([^:/]+)\/?$/.exec(text)?.[1];
    return [text, ...(code === undefined ? [] : [code])].filter((one) => one !== '');
  });
}
