import { FieldFault } from '../field-fault.ts';
import { readTime } from '../time.ts';

/** What names a message: who sent it, what they call it, and when (CAP 1.2, section 3.2.1, `references`). */
export interface Triple {
  readonly sender: string;
  readonly identifier: string;
  /** As it is written. */
  readonly sent: string;
}

const MOST_REFERENCES = 100;
const MOST_LENGTH = 500;

/** The same for the same message, however its time is written. */
export function keyOf({ sender, identifier, sent }: Triple): string {
  const ms = readTime(sent);
  return [sender, identifier, ms === undefined ? sent : new Date(ms).toISOString()].join(',');
}

/**
 * The messages that a message takes the place of or cancels, the newest first. What names itself, or a message that was sent
 * later, would lead in a circle.
 * @throws {FieldFault}
 */
export function readReferences(written: string | undefined, own: Triple): string[] {
  const parts = (written ?? '').split(/\s+/).filter((part) => part !== '');
  if (parts.length > MOST_REFERENCES) throw fault(`must name at most ${MOST_REFERENCES} messages`);
  const triples = parts.map((part) => readTriple(part));
  const sentAt = readTime(own.sent) ?? 0;
  const byKey = new Map<string, number>();
  for (const triple of triples) {
    const key = keyOf(triple);
    const at = readTime(triple.sent);
    if (key === keyOf(own)) throw fault('must not name the message itself');
    if (at !== undefined && at > sentAt) throw fault('must not name a message that was sent later');
    byKey.set(key, at ?? 0);
  }
  return [...byKey].toSorted(([, a], [, b]) => b - a).map(([key]) => key);
}

/** An identifier may have commas, although it should not: the sender and the time have none. */
function readTriple(part: string): Triple {
  const [, sender, identifier, sent] = /^([^,]+),(.+),([^,]+)$/.exec(part) ?? [];
  if (sender === undefined || identifier === undefined || sent === undefined || part.length > MOST_LENGTH) {
    throw fault('must be sender,identifier,sent of each message, with spaces between them');
  }
  return { sender, identifier, sent };
}

const fault = (what: string): FieldFault => new FieldFault('references', what);
