import type { Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';
import type { AuditLog } from './audit.ts';
import { createAuditedHash, type AuditedHash } from './audited-hash.ts';
import { createPasskeyChallenges } from './passkey-challenges.ts';
import {
  createPasskeyProof,
  editorIdOf,
  type RegistrationOptions,
  type SignInOptions,
} from './passkey-proof.ts';
import {
  challengeOf,
  passkeySchema,
  type AuthenticationResponse,
  type RegistrationResponse,
  type StoredPasskey,
} from './passkey-schema.ts';
import type { Editor } from './schema.ts';
import type { EditorStore } from './store.ts';

/** A passkey as its editor sees it. */
export type Passkey = Pick<StoredPasskey, 'name' | 'createdAt' | 'lastUsedAt'> & { readonly id: string };

type RegisterResult =
  | { readonly type: 'added'; readonly passkey: Passkey }
  | { readonly type: 'refused' }
  /** The editor has {@link MOST_PASSKEYS}. */
  | { readonly type: 'full' };

/** A passkey that has just proved itself. It opens a session if it is still stored as `before`, and becomes `after`. */
export interface ProvenPasskey {
  readonly id: string;
  readonly editor: Editor;
  readonly before: string;
  readonly after: string;
}

/** The passkeys of editors (WebAuthn). Adding and removing are audited. */
export interface Passkeys {
  registrationOptions(editor: Editor): Promise<RegistrationOptions>;
  /** `refused`: the answer does not prove a new passkey, or its challenge is not ours, was used, or is too old. */
  register(editor: Editor, name: string, answer: RegistrationResponse): Promise<RegisterResult>;
  /** In the order in which they were added. */
  list(editorId: string): Promise<readonly Passkey[]>;
  /**
   * The sessions that it opened end with it.
   * @param by the id of the editor who removes it
   * @returns false if the editor has no such passkey
   */
  remove(editorId: string, id: string, by: string): Promise<boolean>;
  signInOptions(): Promise<SignInOptions>;
  /** Undefined if the answer proves no passkey of an editor who may sign in. */
  prove(answer: AuthenticationResponse): Promise<ProvenPasskey | undefined>;
}

/** A phone, a computer and a security key, twice over. */
export const MOST_PASSKEYS = 10;

const SIGN_IN = 'sign-in';
const registrationOf = (editorId: string): string => `registration of ${editorId}`;

/** @param deps.now milliseconds since the epoch */
export function createPasskeys(deps: {
  redis: Redis;
  audit: Pick<AuditLog, 'commit'>;
  editors: Pick<EditorStore, 'find'>;
  now: () => number;
  publicUrl: string;
}): Passkeys {
  const { redis, audit } = deps;
  const challenges = createPasskeyChallenges(deps);
  const proof = createPasskeyProof(deps.publicUrl);
  const time = (): string => new Date(deps.now()).toISOString();
  const of = (editorId: string): AuditedHash<StoredPasskey> =>
    createAuditedHash({
      redis,
      audit,
      key: keys.passkeys(editorId),
      schema: passkeySchema,
      most: MOST_PASSKEYS,
    });

  /** The challenge in an answer, used up; undefined if it does not count. */
  async function take(clientDataJSON: string, purpose: string): Promise<string | undefined> {
    const challenge = challengeOf(clientDataJSON);
    if (challenge === undefined) return undefined;
    return (await challenges.take(challenge, purpose)) ? challenge : undefined;
  }

  return {
    registrationOptions: async (editor) => {
      const known = (await of(editor.id).all()).map(([id, { transports }]) => ({ id, transports }));
      return proof.registrationOptions(editor, known, await challenges.make(registrationOf(editor.id)));
    },
    register: async (editor, name, answer) => {
      const challenge = await take(answer.response.clientDataJSON, registrationOf(editor.id));
      const made = challenge === undefined ? undefined : await proof.registered(answer, challenge);
      if (made === undefined) return { type: 'refused' };
      const { transports } = answer.response;
      const passkey = { ...made, transports, name, createdAt: time(), lastUsedAt: null };
      const by = { editorId: editor.id, action: 'passkey.add' };
      const own = of(editor.id);
      // The authenticator was told of those that are known (`excludeCredentials`), so an honest one never gets here.
      if ((await own.get(answer.id)) !== undefined) return { type: 'refused' };
      const done = await own.set(answer.id, by, () => passkey);
      return done === 'full' ? { type: done } : { type: 'added', passkey: shown(answer.id, passkey) };
    },
    list: async (editorId) =>
      (await of(editorId).all())
        .map(([id, passkey]) => shown(id, passkey))
        .sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1)),
    remove: async (editorId, id, by) => {
      let wasThere = false;
      await of(editorId).set(id, { editorId: by, action: 'passkey.remove' }, (now) => {
        wasThere = now !== undefined;
        return undefined;
      });
      return wasThere;
    },
    signInOptions: async () => proof.signInOptions(await challenges.make(SIGN_IN)),
    prove: async (answer) => {
      const { id, response } = answer;
      const challenge = await take(response.clientDataJSON, SIGN_IN);
      if (challenge === undefined) return undefined;
      const editor = await deps.editors.find(editorIdOf(response.userHandle));
      const before = editor === undefined ? null : await redis.hget(keys.passkeys(editor.id), id);
      if (editor === undefined || before === null) return undefined;
      const passkey = passkeySchema.parse(JSON.parse(before));
      const counter = await proof.counterOf(answer, passkey, challenge);
      if (counter === undefined) return undefined;
      const after: StoredPasskey = { ...passkey, counter, lastUsedAt: time() };
      return { id, editor, before, after: JSON.stringify(after) };
    },
  };
}

function shown(id: string, { name, createdAt, lastUsedAt }: StoredPasskey): Passkey {
  return { id, name, createdAt, lastUsedAt };
}
