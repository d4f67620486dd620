/**
 * Reads text that people write, for the API, the import, the command line and the desk alike. Line ends, tabs and composed
 * letters get their one safe form (NFC). Characters that readers cannot see, or that change what they read, are refused by name.
 */

/** The ends of a line (UAX #14, classes CR, LF, BK and NL). */
// oxlint-disable-next-line no-control-regex -- some line ends are controls
const LINE_ENDS = /\r\n?|[\u000b\u000c\u0085\u2028\u2029]/g;

/**
 * Refused: controls; the embeddings and overrides of UAX #9; the replacement character, which stands for bytes that were lost;
 * interlinear marks; private use; what no Unicode version has assigned, but for the places that are kept for emoji; halves of
 * surrogate pairs; and all that leaves no ink (Default_Ignorable_Code_Point), but for the joiners and the marks of direction
 * that Arabic and Persian need, variation selectors, and isolates.
 */
const REFUSED = new RegExp(
  [
    String.raw`[\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\u202a-\u202e\ufff9-\ufffd]`,
    String.raw`[\p{Co}\p{Cs}]`,
    String.raw`(?!\p{Extended_Pictographic})\p{Cn}`,
    String.raw`(?![\p{Variation_Selector}\u200c-\u200f\u061c\u2066-\u2069])\p{Default_Ignorable_Code_Point}`,
  ].join('|'),
  'u',
);

/** Marks and joiners without a letter between: writing needs three or four, eight at most. Text can be hidden in more. */
const MOST_STACKED = 8;
const STACKED = new RegExp(String.raw`[\p{M}\u200c-\u200f\u061c]{${MOST_STACKED + 1},}`, 'u');
const TWO_SELECTORS = /\p{Variation_Selector}{2,}/u;

/** The flags of England, Scotland and Wales, spelled with tag characters (UTS #51, section 2.4): the only tags with a use. */
const TAGGED_FLAGS =
  /\u{1f3f4}\u{e0067}\u{e0062}(?:\u{e0065}\u{e006e}\u{e0067}|\u{e0073}\u{e0063}\u{e0074}|\u{e0077}\u{e006c}\u{e0073})\u{e007f}/gu;

const ISOLATE_STARTS = new Set(['\u2066', '\u2067', '\u2068']);
const ISOLATE_END = '\u2069';

const NAMES: Readonly<Record<string, string>> = {
  '\u00ad': 'soft hyphen',
  '\u200b': 'zero width space',
  '\u2060': 'word joiner',
  '\u202a': 'left-to-right embedding',
  '\u202b': 'right-to-left embedding',
  '\u202c': 'pop directional formatting',
  '\u202d': 'left-to-right override',
  '\u202e': 'right-to-left override',
  '\u2066': 'left-to-right isolate',
  '\u2067': 'right-to-left isolate',
  '\u2068': 'first strong isolate',
  '\u2069': 'pop directional isolate',
  '\ufeff': 'byte order mark',
  '\ufffd': 'replacement character: the text was damaged before it came here',
};

/** A text in its safe form; or the refused part, and its place (`index` counts UTF-16 units of the trimmed text). */
export type ReadText = { readonly text: string } | { readonly fault: string; readonly index: number };

export function readText(raw: string): ReadText {
  const text = raw.replace(LINE_ENDS, '\n').replaceAll('\t', ' ').trim();
  const found = findRefused(text);
  if (found === undefined) return { text: text.normalize('NFC') };
  return {
    fault: `${found.what} at character ${Array.from(text.slice(0, found.index)).length + 1}`,
    index: found.index,
  };
}

/** The text without its refused parts, for an editor who asks for that. */
export function withoutRefused(raw: string): string {
  let text = raw.replace(LINE_ENDS, '\n').replaceAll('\t', ' ');
  for (let found = findRefused(text); found !== undefined; found = findRefused(text)) {
    text = text.slice(0, found.index) + text.slice(found.index + found.length);
  }
  return text;
}

interface Refused {
  readonly what: string;
  readonly index: number;
  readonly length: number;
}

/** The first refused part of a text. */
function findRefused(text: string): Refused | undefined {
  const plain = text.replace(TAGGED_FLAGS, (flag) => 'x'.repeat(flag.length));
  const found = [
    refusedBy(REFUSED, plain, (character) => `must not contain ${named(character)}`),
    refusedBy(STACKED, plain, () => `must not stack more than ${MOST_STACKED} marks`, MOST_STACKED),
    refusedBy(TWO_SELECTORS, plain, () => 'must not contain two variation selectors in a row', 1),
    unbalancedIsolate(plain),
  ].filter((one) => one !== undefined);
  return found.reduce<Refused | undefined>(
    (first, one) => (first === undefined || one.index < first.index ? one : first),
    undefined,
  );
}

/** @param kept so many code points of a match may stay */
function refusedBy(
  pattern: RegExp,
  text: string,
  describe: (match: string) => string,
  kept = 0,
): Refused | undefined {
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const before = Array.from(match[0]).slice(0, kept).join('').length;
  return { what: describe(match[0]), index: match.index + before, length: match[0].length - before };
}

/** An isolate ends with its line (UAX #9, section 3.3.2): one that is open there, or is ended without a start, is refused. */
function unbalancedIsolate(text: string): Refused | undefined {
  let open: number[] = [];
  const fault = (index: number): Refused => ({
    what: `must not contain an unbalanced ${named(text[index] ?? '')}`,
    index,
    length: 1,
  });
  for (let index = 0; index <= text.length; index++) {
    const unit = text[index] ?? '\n';
    if (unit === '\n') {
      if (open[0] !== undefined) return fault(open[0]);
      open = [];
    } else if (ISOLATE_STARTS.has(unit)) {
      open.push(index);
    } else if (unit === ISOLATE_END && open.pop() === undefined) {
      return fault(index);
    }
  }
  return undefined;
}

function named(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  const name = NAMES[character];
  return `U+${code}${name === undefined ? '' : ` (${name})`}`;
}
