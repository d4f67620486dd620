import { isIP } from 'node:net';
import type { Request } from 'express';
import { isAtLeast, type Editor, type Role } from '../editors/schema.ts';
import { isSame } from '../editors/secrets.ts';
import type { Session, SessionStore } from '../editors/sessions.ts';
import type { EditorStore } from '../editors/store.ts';
import { Problem } from '../http/problem.ts';

export interface Authentication {
  /** Whether the request has a known key or session. Counts nothing and refuses nobody. */
  isEditor(request: Request): Promise<boolean>;
  /** The editor who asks; undefined for a reader. @throws {Problem} 401 for a key that is not known, 403 without CSRF token */
  identify(request: Request): Promise<Editor | undefined>;
  /** The editor that {@link identify} has found for this request. */
  known(request: Request): Editor | undefined;
  /** @throws {Problem} 401 for a reader, 403 for an editor of a lesser role */
  require(request: Request, least: Role): Promise<Editor>;
  /** The desk's session and its cookie's value; undefined without. @throws {Problem} 403 without CSRF token */
  session(request: Request): Promise<{ session: Session; token: string } | undefined>;
  /** The value of the desk's cookie, not checked. */
  cookie(request: Request): string | undefined;
  /** Refuses a change that a page of another site asks for; browsers name the site. @throws {Problem} 403 */
  refuseForeign(request: Request): void;
}

/** Who shows a key or a session, and the session. */
interface Found {
  readonly editor: Editor | undefined;
  readonly session?: Session | undefined;
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
  /** Called for each unknown key. @throws {Problem} 429 when there are too many */
  onRefusedKey: (request: Request) => Promise<void>;
}): Authentication {
  const cookieName = sessionCookieName(deps.publicUrl);
  const publicOrigin = new URL(deps.publicUrl).origin;

  const cookie = (request: Request): string | undefined => cookieOf(request.get('cookie') ?? '', cookieName);

  function refuseForeign(request: Request): void {
    const origin = request.get('origin');
    const foreign =
      origin === undefined
        ? !['same-origin', undefined].includes(request.get('sec-fetch-site'))
        : origin !== publicOrigin && !isOwnAddress(origin, request.get('host'));
    if (foreign) {
      throw new Problem(
        'csrf-refused',
        'Only pages of this service may use a session for this: open the page at PUBLIC_URL.',
      );
    }
  }

  /** The gate's look-ups, which the handler takes over. A stream's later look-ups ask the store again. */
  const looked = new WeakMap<Request, Promise<Found>>();

  async function ask(request: Request): Promise<Found> {
    const key = credentialsOf(request, 'Bearer');
    if (key !== undefined) return { editor: await deps.editors.authenticate(key) };
    const token = cookie(request);
    const session = token === undefined ? undefined : await deps.sessions.find(token);
    return { editor: session?.editor, session };
  }

  function find(request: Request): Promise<Found> {
    const looking = looked.get(request);
    looked.delete(request);
    return looking ?? ask(request);
  }

  async function isEditor(request: Request): Promise<boolean> {
    if (request.headers.authorization === undefined && request.headers.cookie === undefined) return false;
    const looking = ask(request);
    looked.set(request, looking);
    // A look-up that fails here fails again in the handler, which answers it.
    return looking.then(
      ({ editor }) => editor !== undefined,
      () => false,
    );
  }

  async function session(request: Request): Promise<{ session: Session; token: string } | undefined> {
    const token = cookie(request);
    if (token === undefined) return undefined;
    // Beside a key, the gate has not looked at the cookie.
    const isByKey = credentialsOf(request, 'Bearer') !== undefined;
    const found = isByKey ? await deps.sessions.find(token) : (await find(request)).session;
    if (found === undefined) return undefined;
    if (!SAFE_METHODS.has(request.method)) {
      refuseForeign(request);
      if (!isSame(request.get('x-csrf-token') ?? '', found.csrfToken)) {
        throw new Problem('csrf-refused', 'Send the csrfToken from GET /v1/session in X-CSRF-Token.');
      }
    }
    return { session: found, token };
  }

  const known = new WeakMap<Request, Editor>();

  async function identify(request: Request): Promise<Editor | undefined> {
    const editor = await identifyAnew(request);
    if (editor !== undefined) known.set(request, editor);
    return editor;
  }

  async function identifyAnew(request: Request): Promise<Editor | undefined> {
    if (credentialsOf(request, 'Bearer') === undefined) return (await session(request))?.session.editor;
    const { editor } = await find(request);
    if (editor !== undefined) return editor;
    await deps.onRefusedKey(request);
    throw unauthenticated('This API key is unknown or was revoked.', 'invalid_token');
  }

  return {
    isEditor,
    identify,
    known: (request) => known.get(request),
    session,
    cookie,
    refuseForeign,
    require: async (request, least) => {
      const editor = await identify(request);
      if (editor === undefined) throw unauthenticated('Send Authorization: Bearer <API key>, or sign in.');
      if (!isAtLeast(editor.role, least)) {
        throw new Problem('forbidden', `This needs the role ${least}; your role is ${editor.role}.`);
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

/**
 * A cookie's value by RFC 6265 (sections 4.2 and 5.4): only space and tab may surround a pair, and names match exactly.
 * JavaScript's `trim` also removes a no-break space: a sibling domain could so plant a name that browsers keep from it. If
 * two cookies have the name, we cannot know which is ours.
 */
export function cookieOf(header: string, name: string): string | undefined {
  const values = header
    .split(';')
    .map((pair) => pair.replace(/^[ \t]+|[ \t]+$/g, ''))
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  return values.length === 1 ? values[0] : undefined;
}

/**
 * Whether the page was opened at an IP address of ours. Others can make a DNS name of theirs point at us (DNS rebinding),
 * and then Host and Origin hold their name; they cannot do this with an IP address.
 */
function isOwnAddress(origin: string, host: string | undefined): boolean {
  if (!URL.canParse(origin)) return false;
  const url = new URL(origin);
  const name = url.hostname.replace(/^\[|\]$/g, '');
  return url.host === host && (name === 'localhost' || isIP(name) !== 0);
}
