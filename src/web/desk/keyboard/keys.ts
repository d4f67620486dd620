/**
 * The desk's single-key shortcuts. A button or link that carries one in `data-key` is pressed by it, and shows it. None
 * sends: each leads to a page or to the last question.
 */
export const KEYS = {
  sheet: '?',
  write: 'N',
  history: 'H',
  stories: 'F',
  goal: 'G',
  health: 'V',
  recent: '1',
  approval: '2',
  scheduled: '3',
  drafts: '4',
  next: 'J',
  previous: 'K',
  edit: 'E',
  submit: 'S',
  schedule: 'T',
  approve: 'A',
  bypass: 'O',
  reject: 'B',
  withdraw: 'W',
  cancel: 'X',
  undo: 'U',
  update: 'P',
  correction: 'C',
  retraction: 'R',
  abort: 'Z',
  admin: 'M',
  devices: 'D',
  test: 'Y',
  language: 'L',
  back: 'Q',
} as const;

/** What of a `KeyboardEvent` counts. */
interface Press {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
}

/**
 * The key as the shortcuts name it: the letter that was typed or, on an Arabic or Cyrillic layout, the one printed on a
 * Latin keyboard at that place. Undefined: a key with Ctrl, Alt or Meta, which belong to the browser.
 */
export function keyOf(event: Press): string | undefined {
  if (event.ctrlKey || event.altKey || event.metaKey) return undefined;
  if (/^[a-z0-9]$/i.test(event.key)) return event.key.toUpperCase();
  // The Arabic question mark is on the same key.
  if (event.key === '?' || event.key === '؟') return KEYS.sheet;
  return /^(?:Key|Digit)([A-Z0-9])$/.exec(event.code)?.[1];
}
