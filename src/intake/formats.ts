import { readCap } from './formats/cap/cap.ts';
import { readGhost } from './formats/ghost.ts';
import { readNinjs } from './formats/ninjs/ninjs.ts';
import { readWordpress } from './formats/wordpress.ts';
import type { Format } from './item.ts';

/** The kinds of sources that send, and how each is read. */
export const FORMATS = {
  superdesk: readNinjs,
  ninjs: readNinjs,
  cap: readCap,
  wordpress: readWordpress,
  ghost: readGhost,
} as const satisfies Record<string, Format>;
export type FormatName = keyof typeof FORMATS;
