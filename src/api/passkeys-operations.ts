import { z } from 'zod';
import { lineSchema } from '../alerts/schema.ts';
import { authenticationResponseSchema, registrationResponseSchema } from '../editors/passkey-schema.ts';
import { MOST_PASSKEYS } from '../editors/passkeys.ts';
import { BODY_PROBLEMS } from '../http/read-body.ts';
import { resource } from '../http/resource.ts';
import { sessionAnswerSchema } from './session-answers.ts';

export const newPasskeySchema = z.strictObject({
  name: lineSchema(60),
  response: registrationResponseSchema,
});
export const passkeySignInSchema = z.strictObject({ response: authenticationResponseSchema });

export const passkeySchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  createdAt: z.string(),
  lastUsedAt: z.string().nullable(),
});
const optionsSchema = (type: string) =>
  z.looseObject({ challenge: z.string().describe('Counts once, for 5 minutes') }).describe(type);

export const PASSKEYS = resource('/v1/passkeys', {
  get: {
    summary: 'List one’s own passkeys',
    who: 'editor',
    tag: 'desk',
    answers: { 200: z.strictObject({ passkeys: z.array(passkeySchema) }) },
  },
  post: {
    summary: 'Add a passkey of one’s own',
    description: `\`response\` is what the browser made of the options (WebAuthn). At most ${MOST_PASSKEYS} an editor.`,
    who: 'editor',
    tag: 'desk',
    body: newPasskeySchema,
    answers: { 201: passkeySchema },
    problems: [...BODY_PROBLEMS, 'wrong-status', 'too-many-requests'],
  },
});

export const PASSKEY_OPTIONS = resource('/v1/passkeys/registration-options', {
  post: {
    summary: 'Ask for what a browser needs to make a passkey',
    who: 'editor',
    tag: 'desk',
    answers: { 200: optionsSchema('PublicKeyCredentialCreationOptionsJSON of WebAuthn') },
    problems: ['too-many-requests'],
  },
});

export const PASSKEY = resource('/v1/passkeys/:id', {
  delete: {
    summary: 'Remove a passkey of one’s own; the sessions that it opened end',
    who: 'editor',
    tag: 'desk',
    answers: { 204: null },
    problems: ['not-found', 'too-many-requests'],
  },
});

export const SESSION_OPTIONS = resource('/v1/session/passkey-options', {
  post: {
    summary: 'Ask for what a browser needs to sign in with a passkey',
    who: 'all',
    tag: 'desk',
    answers: { 200: optionsSchema('PublicKeyCredentialRequestOptionsJSON of WebAuthn') },
    problems: ['csrf-refused', 'too-many-requests'],
  },
});

export const SESSION_BY_PASSKEY = resource('/v1/session/passkey', {
  post: {
    summary: 'Sign in at the desk with a passkey; the answer sets the session cookie',
    description: '`response` is what the browser made of the options (WebAuthn).',
    who: 'all',
    tag: 'desk',
    body: passkeySignInSchema,
    answers: { 201: sessionAnswerSchema },
    problems: [...BODY_PROBLEMS, 'unauthenticated', 'csrf-refused', 'too-many-requests'],
  },
});
