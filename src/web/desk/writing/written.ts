import { pushMessageBytes } from '../../../alerts/notification.ts';
import type { EditorAlert } from '../../../alerts/schema.ts';
import type { DeskShared } from '../desk-context.ts';
import { emptyFields, type Fields } from './draft.ts';
import { draftedAlert, editFieldsOf, fieldsOf, sendTimeOf, type Subject } from './drafted.ts';
import { faultsOf, siteFaults, sizeFault, timeFaults, type Faults } from './faults.ts';
import { requestBody } from './request-body.ts';

/** What the fields say, as it would be sent now. */
export interface Written {
  readonly alert: EditorAlert;
  readonly body: object;
  /** Of the push message. */
  readonly bytes: number;
  /** When it is to leave, ms since the epoch; undefined: at once. */
  readonly sendTime: number | undefined;
  readonly faults: Faults;
}

export function read(subject: Subject, fields: Fields, { client, config, words }: DeskShared): Written {
  const now = client.now();
  const alert = draftedAlert(subject, fields, now);
  const body = requestBody(subject, fields, now);
  const bytes = pushMessageBytes(alert, config.publicUrl);
  const faults = {
    ...siteFaults(alert, config.linkSites),
    ...sizeFault(alert, bytes, config.pushMessageLimitBytes),
    ...faultsOf(body, subject.change),
    ...timeFaults(fields, blankFields(subject, words.language), now),
  };
  return { alert, body, bytes, sendTime: sendTimeOf(fields), faults };
}

/** What stands in the fields where the editor changed nothing. @param lang the editor's own language */
export function blankFields(subject: Subject, lang: string): Fields {
  if (subject.change === 'new') return emptyFields(lang);
  return subject.change === 'edit' ? editFieldsOf(subject.of) : fieldsOf(subject.of);
}

/** Whether an edit says anything new. */
export const isUnchanged = (subject: Subject, { body }: Written): boolean =>
  subject.change === 'edit' && Object.keys(body).length === 0;
