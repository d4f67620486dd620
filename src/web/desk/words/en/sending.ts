import type { sending as ar } from '../ar/sending.ts';
import type { Translated } from '../translated.ts';

export const sending: Translated<typeof ar> = {
  preview: 'As readers see it',
  onPage: 'The bar on the page, on a phone',
  barGone:
    'For 20 seconds the bar says that the alert is retracted. The list keeps it, struck through, with the reason.',
  onAndroid: 'Android (Chrome), collapsed',
  onIphone: 'iPhone, lock screen',
  onWindows: 'Windows',
  roughly: 'Approximate: each device cuts text to its own width and font size.',
  cut: 'Cut off here',
  wholeFits: 'Fits completely',
  sampleHeadline: 'Your headline appears here',
  now: 'now',

  confirm: 'Send this alert now?',
  confirmVersion: 'Send this change now?',
  goesTo: 'It will reach {reach}.',
  goesToUnknown:
    'The number is not available right now. The alert goes to everyone who follows these topics.',
  goesToNobody: 'Right now it will reach no device and no open page.',
  otherScript: 'The text does not look like {language}. Only readers of {language} receive it.',
  otherScriptYes: 'The language is correct: send it to readers of {language}.',
  flashYes: 'This is a flash: sound on every phone.',
  versionGoesTo: 'It goes to everyone who received the alert, and replaces it.',
  safari:
    'Safari (iPhone, Mac) shows a second notification next to the first: Apple does not replace notifications.',
  noWayBack: 'You cannot recall an alert from a device. You can correct or retract it.',
  duplicateWarning: 'The same headline was sent recently. Readers will receive it again.',
  sendNow: 'Send now',
  goBack: 'Back to the text',
  sending: 'Sending…',

  inDoubt: 'We do not know whether the server received the alert',
  inDoubtOffline: 'You are offline. Your text is saved.',
  inDoubtSilent: 'The server did not answer. Your text is saved.',
  inDoubtAway: 'The service is temporarily unavailable. Your text is saved.',
  inDoubtSafe: 'You can safely try again: if the alert was sent, it is not sent twice.',
  tryAgain: 'Try again',
  changeText: 'Change the text',
  duplicate: 'The same headline was sent recently',
  duplicateText: 'Nothing was sent. If you want to repeat the alert, send it anyway.',
  openThat: 'Open the earlier alert',
  sendAllTheSame: 'Send anyway…',
  conflict: 'An earlier attempt to send this draft had a different text',
  conflictText: 'Find it under “Recent alerts” and correct it there, or send this text as a separate alert.',
  asNewDraft: 'Start a new draft with this text',
  approvalNeeded: 'Only an approver or an administrator can send alerts here. Your text is saved.',
  notAllowed: 'Your role does not allow this.',
  versionConflict: 'Nothing was sent: the alert has changed',
  versionConflictText:
    'We are loading its newest version. Your text is saved: compare the two, then send it again.',
  overtaken: 'A colleague, or you in another window, has changed this alert',
  overtakenOver: 'This alert has been retracted: you can no longer change it',
  overtakenSays: 'Your text has not been sent. The alert is now at version {n} ({change}):',
  overtakenKept:
    'Your text is saved. The fields that you did not edit now show the new version. Check them, then send again.',
  overtakenYours: 'Your text would replace: {fields}.',
  wrongStatus: 'You can no longer do this: the alert’s status has changed.',
  waitSeconds: 'Too many requests. Nothing was sent. Wait {time}, then try again.',
  refused: 'Nothing was sent. The server says:',
};
