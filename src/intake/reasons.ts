import { z } from 'zod';

/** Why an item was ignored, or waits for an editor: sentences for the API and the log. The desk has its own, by their codes. */
const SENTENCES = {
  'no-item': 'the body has no item',
  'none-made': 'no alert was made of the item',
  'none-made-of': 'no alert was made of {item}',
  'nothing-else-made': 'nothing else was made of {item}',
  'cancelled-by': 'the source has cancelled it by {item}',
  'cancelled-before': 'the source has cancelled {item} before',
  'continued-as': 'the source has continued it as {item}',
  'continued-by-newer': 'a newer item has continued {item}',
  'older-version': 'a newer version of the item came before',
  'other-text': 'the item came before with another text and the same version',
  expired: 'the item has expired, or expires before it may be sent',
  embargoed: 'the version is embargoed until {time}',
  'urgency-not-wanted': "the source's settings make no alerts of urgency {urgency}",
  'urgency-missing': "the source's settings make no alerts of items without urgency",
  'no-topic': "the source's settings turn none of its subjects into a topic",
  'no-language': 'the newsroom has no alerts in {lang}',
  'same-headline': 'alert {alert} has the same headline',
  'same-article': 'alert {alert} leads to the same article',
  sensitive: 'the source warns of it: an editor must look at it',
  erased: 'the alert was erased',
  ended: 'the newsroom has ended the alert: it is {status}',
  'wrong-status': 'the alert takes no such change any more: it is {status}',
  unchanged: 'nothing that readers see has changed',
  'editors-turn': 'the alert was sent: an editor must update or correct it',
  'too-old': 'it is older than {minutes} minutes',
  'no-time': 'it has no time: it may be old',
  'no-title': 'it has no title',
  'wrong-type': 'its type is {type}: alerts are made of text and composite',
  'cap-status': 'its status is {status}: only what is actual is for readers',
  'cap-type': 'it is an {type}: an answer to another message',
  'cap-scope': 'its scope is {scope}: only what is public is for readers',
  'cap-no-info': 'it has no info: it says nothing to readers',
  'not-published': 'it is not published: its status is {status}',
  'not-marked': 'it does not have the tag {mark}',
  'made-before': 'an alert was made of it before',
  'plain-edit': 'it is a plain edit: no tag asks for an update or a correction',
  'left-alone': 'the settings of the source leave the alert of an unpublished post as it is',
  'no-page': 'its public page cannot be read: {fault}',
  'link-left-out': 'its link was left out: alerts may lead only to sites in ALLOWED_ORIGINS, by https',
} as const;

export type ReasonCode = keyof typeof SENTENCES;
export const REASON_CODES = Object.keys(SENTENCES) as [ReasonCode, ...ReasonCode[]];

export const reasonSchema = z.object({
  code: z.enum(REASON_CODES),
  /** What the sentence names. */
  values: z.record(z.string(), z.string()).optional(),
});
export type Reason = z.infer<typeof reasonSchema>;

/** What is named comes from outside: no more of it is kept. UTF-16 units. */
const MOST_VALUE = 200;

export function reason(code: ReasonCode, values?: Readonly<Record<string, string>>): Reason {
  if (values === undefined) return { code };
  const cut = Object.entries(values).map(([name, value]) => [name, value.slice(0, MOST_VALUE)]);
  return { code, values: Object.fromEntries(cut) };
}

export const sentenceOf = ({ code, values = {} }: Reason): string =>
  SENTENCES[code].replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
