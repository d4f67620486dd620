import type { EditorAlert } from '../schema.ts';

/**
 * Whether an alert of a story goes to everybody whom its topics select, and makes them followers of the story: its first
 * alert, and each that an editor escalates. The others are follow-ups.
 * @param story.first id of the first public alert; null: none is public yet
 */
export const goesToEverybody = (
  alert: Pick<EditorAlert, 'id' | 'escalate'>,
  story: { readonly first: string | null },
): boolean => alert.escalate || story.first === null || story.first === alert.id;
