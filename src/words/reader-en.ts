import { site, turnOn } from './en.ts';

export const reader = {
  title: site,
  tagline: 'Breaking news as it happens',
  description: 'Breaking news as it happens, on this page and in notifications.',
  skip: 'Skip to the news',
  live: 'Live',
  connecting: 'Connecting',
  offline: 'Offline',
  offlineMore:
    'You are offline. This is the latest news we received; the page updates when you are back online.',
  otherLanguage: 'العربية',
  sections: 'Sections',
  everything: 'All news',
  latest: 'Latest breaking news',
  none: 'No breaking news right now',
  noneMore: 'Keep this page open: breaking news appears here immediately, without reloading.',
  loading: 'Loading the news',
  loadFailed: 'The news could not be loaded',
  loadFailedMore: 'We keep trying. You can also try again now.',
  retry: 'Try again',
  more: 'Older news',
  permalink: 'Open this alert',
  archive: 'News archive',
  feed: 'RSS feed',
  footer: 'Corrections and retractions reach this page and your notifications just as breaking news does.',
  noScript:
    'With JavaScript, new alerts appear by themselves and you can turn on notifications. Without it, reload the page.',
} as const;

export const card = {
  ask: 'Get breaking news on this device',
  askMore:
    'We notify you when news breaks in the topics that you choose. No account, no email; turn it off at any time.',
  yes: turnOn,
  later: 'Not now',
  close: 'Hide',
  reopen: 'Breaking news notifications',
  choices: 'Your choices',
  topics: 'Topics',
  urgency: 'Which alerts?',
  language: 'Language',
  anyLanguage: 'All languages',
  save: 'Save',
  turnOff: 'Turn off notifications',
  on: 'Notifications are on',
  onMore: 'This device receives breaking news even when the page is closed.',
  asking: 'Waiting for your permission in the browser…',
  saving: 'One moment…',
  turnedOn: 'Notifications are on for this device.',
  saved: 'Your choices are saved.',
  languageChanged: 'Notifications now come in the language of this page.',
  turnedOff: 'Notifications are off for this device.',
  noTopic: 'Choose at least one topic.',
  notAllowed: 'You did not allow notifications. You can try again at any time.',
  denied:
    'Notifications are blocked for this site. Open the site settings next to the address, allow notifications, then reload the page.',
  failed: 'Something went wrong. Check your connection and try again.',
  unsupported:
    'This browser does not support notifications from websites. Breaking news still appears on this page immediately.',
  install: 'On iPhone and iPad, add this page to the Home Screen to receive notifications:',
  installShare: 'Tap the Share button in Safari.',
  installAdd: 'Choose “Add to Home Screen”.',
  installOpen: 'Open Ajil from there and turn on notifications.',
} as const;

export const urgencies = { flash: 'Major news only', urgent: 'Breaking news', normal: 'All news' } as const;
