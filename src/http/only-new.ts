import type { Request } from 'express';
import { Problem } from './problem.ts';

/** Whether a PUT asks to make something, and to leave what is there (RFC 9110, section 13.1.2). */
export const isOnlyNew = (request: Request): boolean => request.get('if-none-match')?.trim() === '*';

/** @param what with its article: `a topic` */
export const alreadyThere = (what: string): Problem =>
  new Problem(
    'precondition-failed',
    `There is ${what} with this id: choose another id, or change it without If-None-Match.`,
    {
      errors: [{ parameter: 'id', detail: `is the id of ${what} already` }],
    },
  );
