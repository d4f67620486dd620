import type { waiting as ar } from '../ar/waiting.ts';
import type { Translated } from '../translated.ts';

export const waiting: Translated<typeof ar> = {
  sendAt: 'Send at',
  sendAtHint: 'If empty, the alert leaves as soon as you confirm it.',
  zone: 'Time zone',
  ownZone: 'This computer’s time ({zone})',
  sendAtNow: 'Send now instead',
  sendAtIs: '{time}, {until}',
  noSuchTime:
    'This time does not exist in this time zone: clocks go forward that night. Choose another time.',
  pastTime: 'This time has passed. Choose a later one, or leave the field empty.',
  farTime: 'Choose a time within a year from now.',
  until: 'in {parts}',
  untilJoin: ' ',
  untilSeconds: { zero: 'a moment', one: '{n} s', other: '{n} s' },
  untilMinutes: { one: '{n} min', other: '{n} min' },
  untilHours: { one: '{n} h', other: '{n} h' },
  untilDays: { one: '{n} day', other: '{n} days' },
  overdue: 'due',

  saveDraft: 'Save draft',
  reviewSchedule: 'Review and schedule…',
  confirmSchedule: 'Schedule this alert?',
  scheduleNow: 'Schedule',
  leavesThen: 'It will be sent {time} ({until}). Until then you can edit or cancel it.',
  writeEdit: 'Edit the alert before it is sent',
  edit: 'Edit',
  saveEdit: 'Save changes',
  confirmEdit: 'Save this change?',
  editConflict: 'Nothing was saved: the alert has changed',
  editOvertakenSays: 'Your text has not been saved. The alert now says:',
  editOver: 'This alert is no longer waiting, so you cannot edit it. If it has been published, correct it.',
  expiredWaiting: 'The alert expired while it was waiting. Edit it and choose another expiry.',
  expiredUnsent: 'Not sent: it expired',
  expiredUnsentWhy:
    'It was to be sent {time}. Sending was not possible then, and it expired before it was possible again. No reader got it.',

  notYetSent: 'Not sent yet',
  undoSaid: 'The alert will be sent in {n} seconds. Press Esc to undo.',
  undoSending: 'Sending…',
  undoLost:
    'The connection is lost: we do not know whether the alert was sent. The desk will show what the server says when it is back.',
  undoNow: 'Undo',
  undoTooLate: 'Too late to undo: the alert was sent.',
  undoUnknown: 'The server did not answer, so the alert may or may not leave. Try again.',
  takenBack: 'You undid the send: no reader received it. Here is your text.',
  otherDraftHere: 'The writing page holds another draft, so this text stays here.',
  takeText: 'Move the text to the writing page',
};
