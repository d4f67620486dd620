/** A position in the live log: `epoch:offset`. Another epoch means another log. */
export interface Cursor {
  readonly epoch: string;
  readonly offset: number;
}

export const formatCursor = ({ epoch, offset }: Cursor): string => `${epoch}:${offset}`;

/** @returns undefined when the text is no cursor */
export function parseCursor(text: string): Cursor | undefined {
  const found = /^([A-Za-z0-9_-]{1,32}):(\d{1,15})$/.exec(text);
  return found === null ? undefined : { epoch: found[1] ?? '', offset: Number(found[2]) };
}
