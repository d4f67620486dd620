import type { frame as ar } from '../ar/frame.ts';
import type { Translated } from '../translated.ts';

export const frame: Translated<typeof ar> = {
  title: 'Ajil desk',
  brand: 'Ajil',
  brandDesk: 'desk',
  otherLanguage: 'العربية',
  pagesOfDesk: 'Pages of the desk',
  drill: 'This is a drill. What you send reaches the test devices only.',
  signOut: 'Sign out',
  stillSignedIn: 'You are still signed in: the server did not confirm the sign-out. Try again.',
  draftsLeft: {
    one: 'This browser still holds one of your drafts. Delete it before you sign out?',
    other: 'This browser still holds {n} of your drafts. Delete them before you sign out?',
  },
  signOutErase: 'Delete and sign out',
  signOutKeep: 'Keep and sign out',
  staySignedIn: 'Stay signed in',
  skip: 'Skip to content',
  loading: 'Loading…',
  noServer: 'The server is not responding. Check your connection and try again.',
  again: 'Try again',

  signIn: 'Sign in',
  signInWhy: 'Enter your API key. This page does not store it.',
  key: 'API key',
  keyMissing: 'Enter your key.',
  keyWrong: 'This key is unknown or has been revoked. Check it, or ask an administrator for a new one.',
  tooManyTries: 'Too many attempts. Wait {time}, then try again.',
  sessionEnded: 'Your session has ended. Your text is saved: sign in to continue where you left off.',
};
