import { readNinjs } from './formats/ninjs/ninjs.ts';
import type { Format } from './item.ts';

/** The kinds of sources, and how each is read. */
export const FORMATS = { superdesk: readNinjs, ninjs: readNinjs } as const satisfies Record<string, Format>;
export type SourceType = keyof typeof FORMATS;
