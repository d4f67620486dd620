import { z } from 'zod';
import { faultOfStatus, type Call, type CallOptions, type JsonAnswer } from '../call.ts';
import type { OutletOf } from '../outlet.ts';
import { failed, type Fault, type Result } from '../service.ts';

/** https://docs.bsky.app/docs/api/com-atproto-server-create-session */
const sessionSchema = z.object({ accessJwt: z.string(), did: z.string() });
type Session = z.infer<typeof sessionSchema>;
const problemSchema = z.object({ error: z.string().default(''), message: z.string().default('') });

/** The sessions of this process: an account may open some 100 a day only. */
export type Sessions = Map<string, Session>;

/** Calls as the account, which is signed in when it must be. */
export interface Account {
  /** The account's lasting name. */
  did(): Promise<Result<{ did: string }>>;
  ask<T>(method: string, options: CallOptions, schema: z.ZodType<T>): Promise<Result<{ result: T }>>;
}

export function createAccount(
  outlet: OutletOf<'bluesky'>,
  deps: { readonly call: Call; readonly sessions: Sessions; readonly now: () => number },
): Account {
  const { server, account, password } = outlet;
  // Another password is another session.
  const name = JSON.stringify([server, account, password]);

  async function signIn(): Promise<Result<{ session: Session }>> {
    const known = deps.sessions.get(name);
    if (known !== undefined) return { type: 'done', session: known };
    const body = { identifier: account.replace(/^@/, ''), password };
    const answer = await deps.call(`${server}/xrpc/com.atproto.server.createSession`, {
      method: 'POST',
      body,
    });
    if ('fault' in answer) {
      // Nothing was posted by this.
      const { isUncertain: _, ...fault } = answer.fault;
      return failed(fault);
    }
    if (answer.status !== 200) return failed(faultOf(answer, deps.now()));
    const read = sessionSchema.safeParse(answer.body);
    if (!read.success) return failed({ reason: 'odd', status: answer.status });
    deps.sessions.set(name, read.data);
    return { type: 'done', session: read.data };
  }

  async function askOnce<T>(
    session: Session,
    method: string,
    options: CallOptions,
    schema: z.ZodType<T>,
  ): Promise<Result<{ result: T }>> {
    const headers = { ...options.headers, Authorization: `Bearer ${session.accessJwt}` };
    const answer = await deps.call(`${server}/xrpc/${method}`, { ...options, headers });
    if ('fault' in answer) return failed(answer.fault);
    if (answer.status !== 200) return failed(faultOf(answer, deps.now()));
    const result = schema.safeParse(answer.body);
    return result.success
      ? { type: 'done', status: 200, result: result.data }
      : failed({ reason: 'odd', status: 200, isUncertain: true });
  }

  return {
    did: async () => {
      const signed = await signIn();
      return signed.type === 'failed' ? signed : { type: 'done', did: signed.session.did };
    },
    ask: async (method, options, schema) => {
      for (let tries = 1; ; tries++) {
        const isKnown = deps.sessions.has(name);
        const signed = await signIn();
        if (signed.type === 'failed') return signed;
        const answer = await askOnce(signed.session, method, options, schema);
        if (answer.type === 'done' || answer.fault.reason !== 'credentials') return answer;
        // A session lasts some hours: one that was open may have ended.
        deps.sessions.delete(name);
        if (!isKnown || tries > 1) return answer;
      }
    },
  };
}

function faultOf({ status, headers, body }: JsonAnswer, nowMs: number): Fault {
  const read = problemSchema.safeParse(body);
  const { error, message } = read.success ? read.data : { error: '', message: '' };
  const said = { status, detail: [error, message].filter(Boolean).join(': ') };
  if (status === 429) {
    // https://docs.bsky.app/docs/advanced-guides/rate-limits: seconds since the epoch
    const reset = Number(headers['ratelimit-reset']) * 1000 - nowMs;
    return { reason: 'busy', ...said, afterMs: Number.isNaN(reset) ? 60_000 : Math.max(reset, 1000) };
  }
  if (error === 'AuthFactorTokenRequired')
    return { reason: 'credentials', status, detail: 'use an app password: Settings, Privacy and security' };
  if (/^(ExpiredToken|InvalidToken|AuthMissing|AuthenticationRequired)$/.test(error))
    return { reason: 'credentials', ...said };
  if (/^Account(Takedown|Deactivated|Suspended)$/.test(error)) return { reason: 'rights', ...said };
  if (error === 'InvalidSwap') return { reason: 'refused', ...said, detail: 'InvalidSwap' };
  return faultOfStatus(status, said.detail);
}
