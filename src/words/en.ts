export const site = 'Ajil';

export const turnOn = 'Turn on notifications';

export const changes = {
  new: 'Breaking',
  news: 'News',
  update: 'Update',
  correction: 'Correction',
  retraction: 'Retracted',
} as const;

export const close = 'Close';

/** On a notification: leads to choices of what comes less often. */
export const fewer = 'Fewer of these';
export const leaveStory = 'Leave this story';

export const testSend = {
  title: 'TEST',
  unpublished: 'Not published.',
  devices: 'Only your test devices got this.',
} as const;

export const drill = { title: 'DRILL', note: 'This is a drill. Only test devices got it.' } as const;

export const alertPage = {
  site,
  all: 'All breaking news',
  article: 'Read the full article',
  story: 'Part of the story:',
  followStory: 'Follow this story',
  leaveStory,
  followFailed: 'That did not work. Check your connection and try again.',
  moreOfStory: 'All alerts of this story',
  history: 'History of this alert',
  first: 'Published',
  retracted: 'This alert has been retracted. Do not rely on what it said.',
  invite: 'Get breaking news on your phone or computer as it happens.',
  turnOn,
  missing: 'There is no alert at this address',
  missingMore: 'The link may be incomplete or outdated. The front page has the latest breaking news.',
} as const;

export const listPage = {
  archive: 'News archive',
  newsOf: 'News of',
  topics: 'Topics',
  everything: 'All news',
  headlines: 'Headlines',
  older: 'Older news',
  newest: 'Newest news',
  earlierDay: 'Previous day',
  laterDay: 'Next day',
  days: 'Days',
  noNews: 'There is no news here',
  dayInUtc: 'Days begin and end at midnight UTC.',
  feed: 'RSS feed',
  inThisLanguage: 'This page in English',
  aboutTopic: 'The latest breaking news on',
  aboutDay: 'Breaking news and its corrections on',
  aboutStory: 'Breaking news of the story',
  storyEnded: 'This story has ended. No more alerts are expected.',
} as const;

/** The button on other sites. */
export const subscribing = {
  turnOn,
  on: 'Notifications are on for this device.',
  turnOff: 'Turn off notifications',
  wait: 'One moment…',
  blocked: 'Notifications are blocked for this site. Allow them in the site settings next to the address.',
  unsupported: 'This browser does not support notifications from websites.',
  install: 'Add this page to the Home Screen to receive notifications.',
  failed: 'Something went wrong. Try again.',
  ended: 'Notifications are off, and everything kept about this device is erased.',
} as const;

/** The page that a reader sees without a network. */
export const offline = {
  title: 'You are offline',
  more: 'The page opens by itself when you are back online.',
  again: 'Try again now',
  last: 'Your latest notifications',
  nothing: 'This device has had no notification yet.',
} as const;
