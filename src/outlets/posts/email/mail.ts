import type { SendMailOptions } from 'nodemailer';
import type { Message } from '../message.ts';
import type { OutletOf } from '../outlet.ts';
import type { PostOptions } from '../service.ts';
import { countCharacters, cut, textOf, withLink } from '../text.ts';

/** RFC 5322, section 2.1.1, allows 998 characters a line; programs show far fewer. */
const MOST_SUBJECT = 200;

/** The same key is the same `Message-ID`, by which mail programs and lists know a message again (RFC 5322, section 3.6.4). */
export const messageIdOf = ({ from }: Pick<OutletOf<'email'>, 'from'>, key: string): string =>
  `<ajil.${key}@${from.slice(from.lastIndexOf('@') + 1)}>`;

/**
 * One message for all recipients. With more than one, nobody sees the addresses of the others: they are in the envelope alone
 * (RFC 5321, section 7.2).
 */
export function mailOf(
  outlet: Pick<OutletOf<'email'>, 'from' | 'fromName' | 'to'>,
  message: Message,
  { key, thread }: PostOptions,
): SendMailOptions {
  const { from, fromName, to } = outlet;
  const inReplyTo = thread.at(-1);
  return {
    envelope: { from, to },
    from: fromName === null ? from : { name: fromName, address: from },
    to: to.length === 1 ? to : from,
    subject: cut(message.title, message.lang, (text) => countCharacters(text) <= MOST_SUBJECT),
    messageId: messageIdOf(outlet, key),
    date: new Date(message.at),
    ...(inReplyTo === undefined ? {} : { inReplyTo, references: [...thread] }),
    headers: {
      'Content-Language': message.lang,
      // No robot answers it (RFC 3834, section 5).
      'Auto-Submitted': 'auto-generated',
      ...(message.isQuiet ? {} : { Importance: 'high' }),
    },
    text: `${withLink(
      textOf(message, () => true),
      message.link,
    )}\n`,
    html: htmlOf(message),
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

function htmlOf({ title, paragraphs, link, lang, dir }: Message): string {
  const url = new URL(link);
  return [
    `<!doctype html><html lang="${escaped(lang)}" dir="${dir}">`,
    `<head><meta charset="utf-8"><title>${escaped(title)}</title></head>`,
    `<body dir="${dir}" style="font-family:sans-serif;line-height:1.6;text-align:start">`,
    `<h1 style="font-size:1.3em;line-height:1.4">${escaped(title)}</h1>`,
    ...paragraphs.map((text) => `<p>${escaped(text)}</p>`),
    `<p><a href="${escaped(url.href)}"><bdi dir="ltr">${escaped(url.hostname)}</bdi></a></p>`,
    '</body></html>\n',
  ].join('\n');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};
const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign);
