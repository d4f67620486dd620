import type { EditorAlert } from '../../../alerts/schema.ts';
import type { DeskShared } from '../desk-context.ts';
import { changedFields } from './catch-up.ts';
import { emptyFields, hasText, newDraft, openDraftStore, type Draft } from './draft.ts';
import { editFieldsOf, fieldsOf } from './drafted.ts';
import { localShelf } from './local-shelf.ts';

/**
 * Puts the text of a cancelled version back into the form it came from, as a draft of its own that was never sent.
 * @param shown what readers have
 * @returns the address of the form; undefined: another draft is there, which stays
 */
export function takeBack(
  alert: EditorAlert,
  shown: EditorAlert | undefined,
  { client, editor, words }: DeskShared,
): string | undefined {
  const isNew = alert.change === 'new' || shown === undefined;
  const name = `${editor.id}:${isNew ? 'new' : `${alert.id}:${alert.change}`}`;
  const store = openDraftStore(name, { storage: localShelf(), now: client.now });
  if (hasText(store.load())) return undefined;
  store.save(isNew ? newText(alert, words.language) : versionText(alert, shown));
  return isNew ? '#/' : `#/${alert.id}/${alert.change}`;
}

/** It leaves when its editor says so anew. */
function newText(alert: EditorAlert, lang: string): Draft {
  const fields = { ...editFieldsOf(alert), note: '', sendClock: '' };
  return newDraft(0, { ...changedFields(fields, emptyFields(lang)), lang: alert.lang });
}

function versionText(alert: EditorAlert, shown: EditorAlert): Draft {
  const fields = { ...fieldsOf(alert), note: alert.note ?? '' };
  return newDraft(alert.version, changedFields(fields, fieldsOf(shown)));
}
