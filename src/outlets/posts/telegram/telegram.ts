import { z } from 'zod';
import { faultOfStatus, type Call } from '../call.ts';
import type { Message } from '../message.ts';
import type { OutletOf } from '../outlet.ts';
import { failed, type Abilities, type Fault, type Ref, type Result, type Service } from '../service.ts';
import { textOf, withLink } from '../text.ts';

/** https://core.telegram.org/bots/api#sendmessage */
const MOST_UNITS = 4096;

export const TELEGRAM: Abilities = {
  edit: true,
  remove: true,
  repeatMs: 0,
  mostUnanswered: 2,
  length: { most: MOST_UNITS, unit: 'UTF-16 units' },
  // https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this: one message a second in a chat
  pauseMs: 1000,
};

const answerSchema = z.object({
  ok: z.boolean(),
  result: z.unknown().optional(),
  description: z.string().optional(),
  parameters: z.object({ retry_after: z.number().optional() }).optional(),
});
const sentSchema = z.object({ message_id: z.number().int() });
const meSchema = z.object({ id: z.number().int() });
const chatSchema = z.object({ id: z.number().int(), type: z.string() });
const memberSchema = z.object({
  status: z.string(),
  can_post_messages: z.boolean().optional(),
  can_edit_messages: z.boolean().optional(),
});

/** Posts in a channel or group as a bot: https://core.telegram.org/bots/api */
export function createTelegram(outlet: OutletOf<'telegram'>, call: Call): Service {
  const { chat } = outlet;

  async function ask<T>(method: string, body: object, schema: z.ZodType<T>): Promise<Result<{ result: T }>> {
    // The address holds the token: it goes into no log and no message.
    const answer = await call(`${outlet.server}/bot${outlet.token}/${method}`, { method: 'POST', body });
    if ('fault' in answer) return failed(answer.fault);
    const { status } = answer;
    const read = answerSchema.safeParse(answer.body);
    if (!read.success) return failed(status < 400 ? { reason: 'odd', status } : faultOfStatus(status));
    if (!read.data.ok) {
      const { description = '', parameters } = read.data;
      return failed(faultOf(status, description, parameters?.retry_after));
    }
    const result = schema.safeParse(read.data.result);
    // It was done, and we cannot read what: nobody may do it again.
    return result.success
      ? { type: 'done', status, result: result.data }
      : failed({ reason: 'odd', status, isUncertain: true });
  }

  async function checkRights(id: number): Promise<Result<object>> {
    const found = await ask('getChat', { chat_id: chat }, chatSchema);
    if (found.type === 'failed') return found;
    const member = await ask('getChatMember', { chat_id: chat, user_id: id }, memberSchema);
    if (member.type === 'failed') return member;
    const { status, can_post_messages: mayPost, can_edit_messages: mayEdit } = member.result;
    const isIn = ['creator', 'administrator', 'member', 'restricted'].includes(status);
    const isAllowed = found.result.type !== 'channel' || (mayPost === true && mayEdit === true);
    return isIn && (isAllowed || status === 'creator')
      ? { type: 'done' }
      : failed({ reason: 'rights', detail: 'make the bot an administrator who may post and edit messages' });
  }

  return {
    can: TELEGRAM,
    check: async () => {
      const me = await ask('getMe', {}, meSchema);
      return me.type === 'failed' ? me : checkRights(me.result.id);
    },
    post: async (message, { thread }) => {
      const first = thread.at(0);
      const reply =
        first === undefined
          ? {}
          : { reply_parameters: { message_id: Number(first), allow_sending_without_reply: true } };
      const body = { chat_id: chat, disable_notification: message.isQuiet, ...written(message), ...reply };
      const sent = await ask('sendMessage', body, sentSchema);
      return sent.type === 'failed' ? sent : { type: 'done', ref: String(sent.result.message_id) };
    },
    edit: async (ref, message) => {
      const body = { chat_id: chat, message_id: Number(ref), ...written(message) };
      const edited = await ask('editMessageText', body, z.unknown());
      const isSame = edited.type === 'failed' && edited.fault.detail?.includes('is not modified') === true;
      return isSame ? { type: 'done' } : edited;
    },
    remove: async (ref: Ref) => {
      const removed = await ask('deleteMessage', { chat_id: chat, message_id: Number(ref) }, z.unknown());
      const isGone = removed.type === 'failed' && removed.fault.reason === 'gone';
      return isGone ? { type: 'done' } : removed;
    },
  };
}

/** The title is bold. Offsets are in UTF-16 units, as those of our strings are. */
function written(message: Message): object {
  const fits = (text: string): boolean => withLink(text, message.link).length <= MOST_UNITS;
  const text = textOf(message, fits);
  const end = text.indexOf('\n');
  const length = end < 0 ? text.length : end;
  return { text: withLink(text, message.link), entities: [{ type: 'bold', offset: 0, length }] };
}

function faultOf(status: number, description: string, retryAfter: number | undefined): Fault {
  const said = { status, detail: description };
  if (status === 429) return { reason: 'busy', ...said, afterMs: (retryAfter ?? 5) * 1000 };
  // Telegram answers 404 where the token is no token.
  if (status === 401 || status === 404) return { reason: 'credentials', ...said };
  if (
    /message (to (edit|delete) )?not found|message can't be (edited|deleted)|MESSAGE_ID_INVALID/i.test(
      description,
    )
  )
    return { reason: 'gone', ...said };
  if (/chat not found|upgraded to a supergroup|PEER_ID_INVALID/i.test(description))
    return { reason: 'target', ...said };
  if (status === 403 || /not enough rights|administrator rights|CHAT_WRITE_FORBIDDEN/i.test(description))
    return { reason: 'rights', ...said };
  return faultOfStatus(status, description);
}
