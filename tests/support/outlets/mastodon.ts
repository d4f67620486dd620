import type { FakeService, Mood } from './fake.ts';
import { startHttpService, type FakeAnswer, type FakeCall } from './http-service.ts';

const TOKEN = 'mastodon-test-token-Zx81';
/** Of this server; others have 500. */
const MOST = 120;

interface Status {
  readonly id: string;
  text: string;
  lang: string;
  edits: number;
  readonly answers: string | undefined;
}
const ok = (body: unknown): FakeAnswer => ({ status: 200, body });
const no = (status: number, error: string, headers?: Record<string, string>): FakeAnswer => ({
  status,
  body: { error },
  ...(headers && { headers }),
});

/** https://docs.joinmastodon.org/methods/statuses/ */
export async function startMastodon(): Promise<FakeService & { scopes: string[]; most: number }> {
  const statuses: Status[] = [];
  const byKey = new Map<string, Status>();
  let calls = 0;
  let lastId = 0;

  /** A link counts as 23 characters. */
  const lengthOf = (text: string): number =>
    Array.from(text.replaceAll(/https?:\/\/\S+/g, 'x'.repeat(23))).length;

  function create({ body, headers }: FakeCall): FakeAnswer {
    const key = String(headers['idempotency-key']);
    const known = byKey.get(key);
    if (known !== undefined) return ok({ id: known.id });
    if (lengthOf(body.status) > MOST) {
      return no(422, `Validation failed: Text character limit of ${MOST} exceeded`);
    }
    lastId += 1;
    const status = {
      id: `11${lastId}`,
      text: body.status,
      lang: body.language,
      edits: 0,
      answers: body.in_reply_to_id,
    };
    byKey.set(key, status);
    statuses.push(status);
    return ok({ id: status.id, content: `<p>${status.text}</p>` });
  }

  function change({ method, body, path }: FakeCall): FakeAnswer {
    const index = statuses.findIndex(({ id }) => path.endsWith(`/${id}`));
    const status = statuses[index];
    if (status === undefined) return no(404, 'Record not found');
    if (method === 'DELETE') statuses.splice(index, 1);
    else if (lengthOf(body.status) > MOST) return no(422, 'Validation failed');
    else if (body.status !== status.text) {
      status.text = body.status;
      status.lang = body.language;
      status.edits += 1;
    }
    return ok({ id: status.id });
  }

  function answer(call: FakeCall): FakeAnswer {
    if (call.headers.authorization !== `Bearer ${TOKEN}`) return no(401, 'The access token is invalid');
    if (call.path === '/api/v1/accounts/verify_credentials') return ok({ id: '1' });
    if (call.path === '/api/v1/apps/verify_credentials') return ok({ name: 'ajil', scopes: fake.scopes });
    if (call.path === '/api/v2/instance') {
      const statuses = { max_characters: MOST, characters_reserved_per_url: 23 };
      return ok({ configuration: { statuses } });
    }
    return call.method === 'POST' ? create(call) : change(call);
  }

  const server = await startHttpService(answer, {
    mood: () => fake.mood,
    isMoody: ({ path }) => {
      const isMoody = path.startsWith('/api/v1/statuses');
      if (isMoody) calls += 1;
      return isMoody;
    },
    refusals: {
      broken: () => no(503, 'Remote data could not be fetched'),
      busy: () =>
        no(429, 'Too many requests', { 'X-RateLimit-Reset': new Date(Date.now() + 3_600_000).toISOString() }),
      shut: () => no(401, 'The access token was revoked'),
    },
  });
  const fake = {
    type: 'mastodon' as const,
    origin: server.origin,
    settings: { type: 'mastodon', server: server.origin, token: TOKEN },
    secret: TOKEN,
    wrong: { token: 'another-token' },
    scopes: ['read', 'write:statuses'],
    most: MOST,
    mood: 'well' as Mood,
    calls: () => calls,
    shown: () =>
      Promise.resolve(
        statuses.map(({ text, lang, edits, answers }) => ({
          text,
          lang,
          edits,
          answers: answers === undefined ? undefined : Number(answers.slice(2)) - 1,
        })),
      ),
    close: () => server.close(),
  };
  return fake;
}
