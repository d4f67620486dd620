import { z } from 'zod';
import { staleAnswer } from '../../editors/audit-script.ts';
import { statusSchema, type EditorAlert } from '../schema.ts';

/*
 * The answers of this room's scripts: a list of a word and its values, which is read as an object with the word as its
 * `type`.
 */

export const word = <const Word extends string>(only: Word) =>
  z.tuple([z.literal(only)]).transform(() => ({ type: only }));

/** The audit chain went on without us; the hash that the next entry must follow. */
export const stale = staleAnswer.transform(([type, hash]) => ({ type, hash }));

/** Id of the alert that has the same headline or the same article. */
export const duplicate = z
  .tuple([z.literal('duplicate'), z.string(), z.enum(['headline', 'article'])])
  .transform(([type, id, shares]) => ({ type, id, shares }));

/** The status that does not allow it. */
export const wrongStatus = z
  .tuple([z.literal('wrong-status'), statusSchema])
  .transform(([type, status]) => ({ type, status }));

/** The first answer to the same request. */
export const repeated = z
  .tuple([z.literal('repeated'), z.string()])
  .transform(([type, answer]) => ({ type, alert: firstAnswer(answer) }));

/** Answers of earlier releases lack what this one added. */
export function firstAnswer(answer: string): EditorAlert {
  const alert = JSON.parse(answer) as Omit<EditorAlert, Added> & Partial<Pick<EditorAlert, Added>>;
  const { author = alert.createdBy, ownExpiry = true, review = null } = alert;
  const { imageAlt = null, imageCaption = null, imageCredit = null, story = null, escalate = false } = alert;
  return { ...alert, author, ownExpiry, review, imageAlt, imageCaption, imageCredit, story, escalate };
}
type Added =
  'author' | 'ownExpiry' | 'review' | 'imageAlt' | 'imageCaption' | 'imageCredit' | 'story' | 'escalate';
