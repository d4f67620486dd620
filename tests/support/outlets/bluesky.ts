import { createHash } from 'node:crypto';
import type { FakeService, Mood } from './fake.ts';
import { startHttpService, type FakeAnswer, type FakeCall } from './http-service.ts';

const PASSWORD = 'abcd-efgh-ijkl-mnop';
const ACCOUNT = 'news.test';
const DID = 'did:plc:ajiltests';

interface Facet {
  readonly index: { readonly byteStart: number; readonly byteEnd: number };
  readonly features: readonly { readonly uri: string }[];
}
export interface PostRecord {
  readonly text: string;
  readonly langs: readonly string[];
  readonly createdAt: string;
  readonly facets: readonly Facet[];
  readonly reply?: { readonly parent: { readonly uri: string }; readonly root: { readonly uri: string } };
}
const ok = (body: unknown): FakeAnswer => ({ status: 200, body });
const no = (
  status: number,
  error: string,
  message: string,
  headers?: Record<string, string>,
): FakeAnswer => ({
  status,
  body: { error, message },
  ...(headers && { headers }),
});

/** https://docs.bsky.app/docs/api/com-atproto-repo-put-record */
export async function startBluesky(): Promise<
  FakeService & { records: Map<string, PostRecord>; endSessions: () => void; signIns: () => number }
> {
  const records = new Map<string, PostRecord>();
  const made: string[] = [];
  /** Apps show the text that a post had first. */
  const firstTexts = new Map<string, string>();
  let calls = 0;
  let session = 1;
  let signIns = 0;
  const uriOf = (rkey: string): string => `at://${DID}/app.bsky.feed.post/${rkey}`;
  const refOf = (rkey: string): object => ({
    uri: uriOf(rkey),
    cid: createHash('sha256')
      .update(JSON.stringify(records.get(rkey)))
      .digest('hex'),
  });

  function signIn({ body }: FakeCall): FakeAnswer {
    signIns += 1;
    return body.identifier === ACCOUNT && body.password === PASSWORD
      ? ok({ accessJwt: `jwt-${session}`, did: DID, handle: ACCOUNT })
      : no(401, 'AuthenticationRequired', 'Invalid identifier or password');
  }

  function put({ body }: FakeCall): FakeAnswer {
    const { rkey, record, swapRecord } = body as {
      rkey: string;
      record: PostRecord;
      swapRecord?: string | null;
    };
    if (!/^[234567abcdefghij][234567a-z]{12}$/.test(rkey)) return no(400, 'InvalidRequest', 'Invalid TID');
    const isSame = JSON.stringify(records.get(rkey)) === JSON.stringify(record);
    if (isSame) return ok(refOf(rkey));
    if (records.has(rkey) && swapRecord === null) return no(400, 'InvalidSwap', 'Record was at another CID');
    const graphemes = Array.from(new Intl.Segmenter().segment(record.text)).length;
    if (graphemes > 300 || Buffer.byteLength(record.text) > 3000) {
      return no(400, 'InvalidRequest', 'Record/text must not be longer than 300 graphemes');
    }
    if (!records.has(rkey)) {
      made.push(rkey);
      firstTexts.set(rkey, record.text);
    }
    records.set(rkey, record);
    return ok(refOf(rkey));
  }

  function answer(call: FakeCall): FakeAnswer {
    const method = call.path.replace('/xrpc/com.atproto.', '');
    if (method === 'server.createSession') return signIn(call);
    if (call.headers.authorization !== `Bearer jwt-${session}`) {
      return no(400, 'ExpiredToken', 'Token has expired');
    }
    switch (method) {
      case 'server.getSession':
        return ok({ did: DID, handle: ACCOUNT });
      case 'repo.putRecord':
        return put(call);
      case 'repo.getRecord': {
        const rkey = call.query.get('rkey') ?? '';
        return records.has(rkey)
          ? ok({ ...refOf(rkey), value: records.get(rkey) })
          : no(400, 'RecordNotFound', '');
      }
      case 'repo.deleteRecord':
        records.delete(call.body.rkey);
        return ok({});
      default:
        return no(501, 'MethodNotImplemented', '');
    }
  }

  const server = await startHttpService(answer, {
    mood: () => fake.mood,
    isMoody: ({ path }) => {
      const isMoody = /putRecord|deleteRecord/.test(path);
      if (isMoody) calls += 1;
      return isMoody;
    },
    refusals: {
      broken: () => no(500, 'InternalServerError', 'Internal Server Error'),
      busy: () =>
        no(429, 'RateLimitExceeded', 'Rate Limit Exceeded', {
          'RateLimit-Reset': String(Math.floor(Date.now() / 1000) + 3600),
        }),
      shut: () => no(400, 'AccountDeactivated', 'Account is deactivated'),
    },
  });
  const fake = {
    type: 'bluesky' as const,
    origin: server.origin,
    settings: { type: 'bluesky', server: server.origin, account: ACCOUNT, password: PASSWORD },
    secret: PASSWORD,
    wrong: { password: 'wrong-password' },
    records,
    endSessions: () => void (session += 1),
    signIns: () => signIns,
    mood: 'well' as Mood,
    calls: () => calls,
    shown: () =>
      Promise.resolve(
        Array.from(records, ([rkey, { langs, reply }]) => ({
          text: firstTexts.get(rkey) ?? '',
          lang: langs[0],
          edits: 0,
          answers:
            reply === undefined ? undefined : made.findIndex((rkey) => reply.parent.uri === uriOf(rkey)),
        })),
      ),
    close: () => server.close(),
  };
  return fake;
}
