/** What a reader does whose browser blocks our notifications, by browser. */
export const blocked = {
  chrome: [
    'Press the icon before the address, at the top of the window.',
    'Allow “Notifications”.',
    'Reload the page.',
  ],
  chromeAndroid: [
    'Tap the icon before the address, then “Permissions”.',
    'Allow notifications. If they are not there, open your phone’s settings: Apps, the browser, Notifications.',
    'Reload the page.',
  ],
  samsung: [
    'Open the browser’s menu, then “Settings”.',
    'Choose “Sites and downloads”, then “Notifications”, and allow this site.',
    'Reload the page.',
  ],
  firefox: [
    'Press the permissions icon before the address.',
    'Remove the block beside “Send notifications”.',
    'Reload the page.',
  ],
  firefoxAndroid: ['Tap the lock beside the address.', 'Allow notifications.', 'Reload the page.'],
  safari: [
    'In the Safari menu open “Settings”, then “Websites”.',
    'Choose “Notifications” and allow this site.',
    'Reload the page.',
  ],
  homeScreen: [
    'Open the “Settings” of your device, then “Notifications”.',
    'Choose this app and allow notifications.',
    'Come back here.',
  ],
  other: ['Open the settings of this site in your browser.', 'Allow notifications.', 'Reload the page.'],
} as const;

/** On an iPhone or iPad: from the page to the Home Screen. */
export const install = {
  safari: [
    'Tap the Share button in Safari.',
    'Choose “Add to Home Screen”.',
    'Open the page from there and turn on notifications.',
  ],
  other: [
    'Tap the Share button beside the address.',
    'Choose “Add to Home Screen”.',
    'Open the page from there and turn on notifications.',
  ],
} as const;

export const asking = {
  blocked: 'Your browser blocks notifications from this site. To allow them:',
  install: 'On iPhone and iPad, add this page to the Home Screen to receive notifications:',
  tooOld: 'iPhone and iPad receive breaking news from version 16.4 on. Update your device, then come back.',
  inApp:
    'This page is open inside another app, which shows no notifications. Open the app’s menu, choose “Open in browser”, then turn them on.',
  unsupported:
    'This browser does not support notifications from websites. Breaking news still appears on this page immediately.',
} as const;
