import { spawnSync } from 'node:child_process';
import { compile } from '../compile.ts';
import type { Contender, Skipped } from '../contender.ts';
import { startLineContender } from './line-process.ts';

/** Go with gorilla/websocket. */
export function go(): Contender | Skipped {
  const program = compile(new URL('go-server.go', import.meta.url));
  if (program === undefined) {
    const how = 'Debian: apt-get install golang-go golang-github-gorilla-websocket-dev';
    return { skipped: `Go: the compiler or gorilla/websocket is not here (${how})` };
  }
  const version = /go(\d\S*)/.exec(spawnSync('go', ['version'], { encoding: 'utf8' }).stdout)?.[1] ?? '';
  return {
    name: 'go',
    label: `Go ${version}, gorilla`,
    path: '/',
    protocol: 'plain',
    greetings: 0,
    start: (core) => startLineContender(program, core),
  };
}
