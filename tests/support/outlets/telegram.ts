import type { FakeService, Mood } from './fake.ts';
import { startHttpService, type FakeAnswer, type FakeCall } from './http-service.ts';

const TOKEN = '1234567890:AAtesttesttesttesttesttesttesttest';
const CHAT = '@ajil_tests';
const BOT = 1_234_567_890;

interface Post {
  text: string;
  edits: number;
  readonly answers: number | undefined;
  isRemoved: boolean;
}
const ok = (result: unknown): FakeAnswer => ({ status: 200, body: { ok: true, result } });
const no = (status: number, description: string, parameters?: object): FakeAnswer => ({
  status,
  body: { ok: false, error_code: status, description, ...(parameters && { parameters }) },
});

/** https://core.telegram.org/bots/api */
export async function startTelegram(): Promise<
  FakeService & { member: Record<string, unknown>; removeByHand: (index: number) => void }
> {
  const posts: Post[] = [];
  let calls = 0;
  const at = (id: number): Post | undefined =>
    posts.filter((_, index) => index === id - 1).find((post) => !post.isRemoved);

  function send({ body }: FakeCall): FakeAnswer {
    if (body.chat_id !== CHAT) return no(400, 'Bad Request: chat not found');
    if (body.text.length > 4096) return no(400, 'Bad Request: message is too long');
    const answers = body.reply_parameters?.message_id as number | undefined;
    posts.push({ text: body.text, edits: 0, answers: answers && answers - 1, isRemoved: false });
    return ok({ message_id: posts.length, chat: { id: -1 }, text: body.text });
  }

  function edit({ body }: FakeCall): FakeAnswer {
    const post = at(body.message_id);
    if (post === undefined) return no(400, 'Bad Request: message to edit not found');
    if (post.text === body.text) {
      return no(400, 'Bad Request: message is not modified: specified new message content is the same');
    }
    post.text = body.text;
    post.edits += 1;
    return ok({ message_id: body.message_id });
  }

  function remove({ body }: FakeCall): FakeAnswer {
    const post = at(body.message_id);
    if (post === undefined) return no(400, 'Bad Request: message to delete not found');
    post.isRemoved = true;
    return ok(true);
  }

  function answer(call: FakeCall): FakeAnswer {
    const [, token, method = ''] = /^\/bot([^/]+)\/(\w+)$/.exec(call.path) ?? [];
    if (token !== TOKEN) return no(401, 'Unauthorized');
    switch (method) {
      case 'getMe':
        return ok({ id: BOT, is_bot: true });
      case 'getChat':
        return call.body.chat_id === CHAT
          ? ok({ id: -1, type: 'channel' })
          : no(400, 'Bad Request: chat not found');
      case 'getChatMember':
        return ok(fake.member);
      case 'sendMessage':
        return send(call);
      case 'editMessageText':
        return edit(call);
      case 'deleteMessage':
        return remove(call);
      default:
        return no(404, 'Not Found');
    }
  }

  const server = await startHttpService(answer, {
    mood: () => fake.mood,
    isMoody: ({ path }) => {
      const isMoody = /\/(send|edit|delete)/.test(path);
      if (isMoody) calls += 1;
      return isMoody;
    },
    refusals: {
      broken: () => no(502, 'Bad Gateway'),
      busy: () => no(429, 'Too Many Requests: retry after 3600', { retry_after: 3600 }),
      shut: () => no(403, 'Forbidden: bot was kicked from the channel chat'),
    },
  });
  const fake = {
    type: 'telegram' as const,
    origin: server.origin,
    settings: { type: 'telegram', server: server.origin, chat: CHAT, token: TOKEN },
    secret: TOKEN,
    wrong: { token: `9${TOKEN}` },
    member: { status: 'administrator', can_post_messages: true, can_edit_messages: true } as Record<
      string,
      unknown
    >,
    mood: 'well' as Mood,
    calls: () => calls,
    shown: () =>
      Promise.resolve(
        posts
          .filter(({ isRemoved }) => !isRemoved)
          .map(({ text, edits, answers }) => ({ text, edits, answers, lang: undefined })),
      ),
    /** As somebody does who deletes a message in the channel. */
    removeByHand: (index: number) => {
      const post = posts[index];
      if (post !== undefined) post.isRemoved = true;
    },
    close: () => server.close(),
  };
  return fake;
}
