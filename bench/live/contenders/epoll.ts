import { compile } from '../compile.ts';
import type { Contender, Skipped } from '../contender.ts';
import { startLineContender } from './line-process.ts';

/** The lower bound: a minimal server in C. */
export function epoll(): Contender | Skipped {
  const program = compile(new URL('epoll-server.c', import.meta.url));
  if (program === undefined) return { skipped: 'the server in C: no compiler (cc) here' };
  return {
    name: 'c',
    label: 'minimal epoll server in C',
    path: '/',
    protocol: 'plain',
    greetings: 0,
    start: (core) => startLineContender(program, core),
  };
}
