import type { refusals as ar } from '../ar/refusals.ts';
import type { Translated } from '../translated.ts';

export const refusals: Translated<typeof ar> = {
  marked: 'Nothing was saved. Correct the fields that are marked.',
  problems: {
    forbidden: 'Your role does not allow this.',
    'csrf-refused': 'The server could not tell that this page asked. Reload it, then try again.',
    'not-found': 'It no longer exists: somebody deleted it meanwhile. Reload the page.',
    'precondition-failed': 'Somebody changed it meanwhile. Reload the page, then try again.',
    'version-conflict': 'The alert has a newer version. Read it, then try again.',
    'wrong-status': 'Its present state does not allow this. Reload the page.',
    'own-approval': 'Another editor must approve it.',
    'duplicate-alert': 'The same was sent a short while ago.',
    'no-test-device': 'Add a test device first.',
    'subscription-conflict':
      'This device is subscribed with other keys. End its subscription in the browser’s settings, then try again.',
    'endpoint-not-allowed': 'This browser’s push service is not known here. Try another browser.',
    'message-too-large': 'It does not fit into a push message. Shorten it.',
    'body-too-large': 'This is more than the server takes. Shorten it.',
    'too-many-requests': 'Too many requests. Wait {time}, then try again.',
    unavailable: 'The service is away for a moment. Check, then try again.',
    'internal-error': 'The server has a fault. Try again; if it stays, tell whoever runs it.',
  },
  full: {
    topics: 'There are as many topics as there may be. Delete one first.',
    sources: 'There are as many sources as there may be. Delete one first.',
    webhooks: 'There are as many webhooks as there may be. Delete one first.',
    passkeys: 'You have as many passkeys as an editor may have. Remove one first.',
    'test-devices': 'You have as many test devices as an editor may have. Remove one first.',
    stories: 'There are as many open stories as there may be. End one first.',
    editors: 'This editor was revoked, or is the last administrator. Reload the page.',
  },
  fields: {
    editors: {
      name: 'Write the name in one line of at most 100 characters, without invisible ones.',
    },
    topics: {
      id: 'Write at most 40 lower-case Latin letters, digits and hyphens, and not “all”.',
      names:
        'Write the name in at least one language, in one line of at most 60 characters, without invisible ones.',
      order: 'Write a whole number from 0 to 9999.',
    },
    newsroom: {
      name: 'Write the name in at least one language, in one line of at most 40 characters, without invisible ones.',
      homeUrl: 'Write a whole link that begins with https://, with at most 300 characters and no user name.',
      logo: 'Write a whole link that begins with https://, with at most 300 characters and no user name.',
      colour: 'Write a colour such as #b3121d, dark enough for white text on it.',
      languages: 'Write a known tag for each language, such as ar or en, and at most 40.',
      undoSeconds: 'Write a whole number from 0 to 30.',
      duplicateHours: 'Write a number from 0 to 168.',
      storyDays: 'Write a whole number from 1 to 30.',
    },
    stories: { name: 'Write the name in one line of at most 80 characters, without invisible ones.' },
    webhooks: {
      url: 'Write a whole address that begins with https://, is public on the internet, and has no user name.',
      description: 'Write at most 200 characters, without invisible ones.',
      events: 'Choose at least one event.',
    },
    sources: {
      id: 'Write at most 40 lower-case Latin letters, digits and hyphens.',
      lang: 'Write the tag of a known language, such as ar or en.',
      secret: 'Write 8 to 256 Latin letters, digits and signs, without spaces.',
      topics: 'Choose from our topics, in at most 200 lines.',
      url: 'Write a whole address that begins with https://, is public on the internet, and has no user name.',
      mark: 'Write the mark in at most 60 characters, or leave the field empty.',
      everySeconds: 'Write a whole number from 30 to 3600.',
      maxAgeMinutes: 'Write a whole number from 1 to 1440.',
      silentMinutes: 'Write a whole number from 1 to 44640, or leave the field empty.',
      certificate: 'Paste one certificate in PEM, which begins with -----BEGIN CERTIFICATE-----.',
    },
    passkeys: { name: 'Write the name in one line of at most 60 characters, without invisible ones.' },
    'test-devices': { name: 'Write the name in one line of at most 60 characters, without invisible ones.' },
    alerts: {
      q: 'Search for at most 200 characters.',
      from: 'Choose a day that exists as the first.',
      to: 'Choose a day that exists as the last.',
      createdBy: 'Choose an editor from the list.',
      status: 'Choose a status from the list.',
    },
  },
  taken: {
    topics: 'There is a topic with this id: change it in its place.',
    sources: 'There is a source with this id: change it in its place.',
  },
};
