import { browserSupportsWebAuthn, startAuthentication, startRegistration } from '@simplewebauthn/browser';
import type { DeskSession } from './answers.ts';
import type { Answer, Client } from './client.ts';

/** What the browser did instead. `cancelled`: the editor stopped it, or found no passkey, or took too long. */
export type PasskeyFault = 'cancelled' | 'known' | 'failed';

type Asked<T> = Answer<T> | { readonly type: PasskeyFault };

/** What this browser remembers: that a passkey was used here, or that its editor wants none here. */
type Remembered = 'used' | 'not-now';

const MEMORY = 'ajil-passkey';

/**
 * Whether a passkey can work on this page. The server accepts only those of PUBLIC_URL's origin, and an IP address cannot
 * have any (WebAuthn Level 3, section 5.1.2: the relying party is a domain).
 */
export function canUsePasskeys(publicUrl: string): boolean {
  const { origin, hostname } = new URL(publicUrl);
  return origin === location.origin && !/^[\d.]+$|^\[/.test(hostname) && browserSupportsWebAuthn();
}

export function recallPasskey(): Remembered | undefined {
  try {
    return (localStorage.getItem(MEMORY) as Remembered | null) ?? undefined;
  } catch {
    return undefined;
  }
}

export function rememberPasskey(what: Remembered): void {
  try {
    localStorage.setItem(MEMORY, what);
  } catch {
    // The editor's settings block it.
  }
}

export async function signInWithPasskey(client: Client): Promise<Asked<DeskSession>> {
  type Options = Parameters<typeof startAuthentication>[0]['optionsJSON'];
  const options = await client.call<Options>('/v1/session/passkey-options', { method: 'POST' });
  if (options.type !== 'done') return options;
  const made = await inBrowser(() => startAuthentication({ optionsJSON: options.body }));
  if (made.type !== 'made') return made;
  const answer = await client.signInByPasskey(made.response);
  if (answer.type === 'done') rememberPasskey('used');
  return answer;
}

export async function addPasskey(client: Client, name: string): Promise<Asked<unknown>> {
  type Options = Parameters<typeof startRegistration>[0]['optionsJSON'];
  const options = await client.call<Options>('/v1/passkeys/registration-options', { method: 'POST' });
  if (options.type !== 'done') return options;
  const made = await inBrowser(() => startRegistration({ optionsJSON: options.body }));
  if (made.type !== 'made') return made;
  const answer = await client.call('/v1/passkeys', {
    method: 'POST',
    body: { name, response: made.response },
  });
  if (answer.type === 'done') rememberPasskey('used');
  return answer;
}

async function inBrowser<T>(
  ask: () => Promise<T>,
): Promise<{ readonly type: 'made'; readonly response: T } | { readonly type: PasskeyFault }> {
  try {
    return { type: 'made', response: await ask() };
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    if (name === 'NotAllowedError' || name === 'AbortError') return { type: 'cancelled' };
    return { type: name === 'InvalidStateError' ? 'known' : 'failed' };
  }
}

const SYSTEMS = [/iPhone/, /iPad/, /Android/, /Windows/, /CrOS/, /Mac/, /Linux/];

/** A name to begin with: the system that the browser says it runs on. */
export const systemName = (): string =>
  SYSTEMS.map((system) => system.exec(navigator.userAgent)?.[0]).find((name) => name !== undefined) ?? '';
