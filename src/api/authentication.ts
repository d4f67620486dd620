import type { Request } from 'express';
import { isAtLeast, type Editor, type Role } from '../editors/schema.ts';
import { isSame } from '../editors/secrets.ts';
import type { Session, SessionStore } from '../editors/sessions.ts';
import type { EditorStore } from '../editors/store.ts';
import { Problem } from './problem.ts';

export interface Authentication {
  /** Who asks; undefined for a reader. @throws {Problem} 401 for a key that is not known, 403 without CSRF token */
  identify(request: Request): Promise<Editor | undefined>;
  /** @throws {Problem} 401 for a reader, 403 for an editor of a lesser role */
  require(request: Request, least: Role): Promise<Editor>;
  /** The desk's session and its cookie's value; undefined without. @throws {Problem} 403 without CSRF token */
  session(request: Request): Promise<{ session: Session; token: string } | undefined>;
  /** A browser tells where a request comes from; no other site's page may change anything. @throws {Problem} 403 */
  refuseForeign(request: Request): void;
}

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** `__Host-` binds the cookie to this host over https (RFC 6265bis, section 4.1.3.2); plain http cannot have it. */
export function sessionCookieName(publicUrl: string): string {
  return publicUrl.startsWith('https:') ? '__Host-ajil-session' : 'ajil-session';
}

/** Editors show an API key as a bearer token (RFC 6750), the desk a session cookie. */
export function createAuthentication(deps: {
  editors: Pick<EditorStore, 'authenticate'>;
  sessions: Pick<SessionStore, 'find'>;
  publicUrl: string;
}): Authentication {
  const cookieName = sessionCookieName(deps.publicUrl);
  const publicOrigin = new URL(deps.publicUrl).origin;

  function refuseForeign(request: Request): void {
    const origin = request.get('origin');
    const own = [publicOrigin, `${request.protocol}://${request.get('host') ?? ''}`];
    const foreign =
      origin === undefined
        ? !['same-origin', undefined].includes(request.get('sec-fetch-site'))
        : !own.includes(origin);
    if (foreign) throw new Problem('csrf-refused', 'Only pages of this service may do this with a session.');
  }

  async function session(request: Request): Promise<{ session: Session; token: string } | undefined> {
    const token = cookieOf(request, cookieName);
    const found = token === undefined ? undefined : await deps.sessions.find(token);
    if (token === undefined || found === undefined) return undefined;
    if (!SAFE_METHODS.has(request.method)) {
      refuseForeign(request);
      if (!isSame(request.get('x-csrf-token') ?? '', found.csrfToken)) {
        throw new Problem('csrf-refused', 'Send the csrfToken of GET /v1/session in X-CSRF-Token.');
      }
    }
    return { session: found, token };
  }

  async function identify(request: Request): Promise<Editor | undefined> {
    const key = credentialsOf(request, 'Bearer');
    if (key === undefined) return (await session(request))?.session.editor;
    const editor = await deps.editors.authenticate(key);
    if (editor === undefined)
      throw unauthenticated('This API key is not known, or was revoked.', 'invalid_token');
    return editor;
  }

  return {
    identify,
    session,
    refuseForeign,
    require: async (request, least) => {
      const editor = await identify(request);
      if (editor === undefined) throw unauthenticated('Send Authorization: Bearer <API key>, or sign in.');
      if (!isAtLeast(editor.role, least)) {
        throw new Problem('forbidden', `This takes the role ${least}; yours is ${editor.role}.`);
      }
      return editor;
    },
  };
}

function unauthenticated(detail: string, error?: string): Problem {
  const challenge = `Bearer realm="ajil"${error === undefined ? '' : `, error="${error}"`}`;
  return new Problem('unauthenticated', detail, { headers: { 'WWW-Authenticate': challenge } });
}

/** The credentials of `Authorization: <scheme> <credentials>` (RFC 9110, section 11.4); undefined for another scheme. */
export function credentialsOf(request: Request, scheme: string): string | undefined {
  const [name = '', credentials, ...more] = (request.get('authorization') ?? '').trim().split(/ +/);
  if (name.toLowerCase() !== scheme.toLowerCase() || more.length > 0) return undefined;
  return credentials ?? '';
}

function cookieOf(request: Request, name: string): string | undefined {
  const cookies = (request.get('cookie') ?? '').split(';').map((cookie) => cookie.trim());
  return cookies.find((cookie) => cookie.startsWith(`${name}=`))?.slice(name.length + 1);
}
