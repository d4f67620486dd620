import { createRequire } from 'node:module';
import type { Contender } from '../contender.ts';
import { startNodeContender } from './node-process.ts';

const versionOf = (name: string): string =>
  (createRequire(import.meta.url)(`${name}/package.json`) as { version: string }).version;

/** `ws`: what most would write first. */
export function ws(): Contender {
  return {
    name: 'ws',
    label: `ws ${versionOf('ws')}, send loop`,
    path: '/',
    protocol: 'plain',
    greetings: 0,
    start: (core) => startNodeContender(new URL('ws-server.ts', import.meta.url), core),
  };
}

export function socketio(): Contender {
  return {
    name: 'socketio',
    label: `socket.io ${versionOf('socket.io')}`,
    path: '/socket.io/?EIO=4&transport=websocket',
    protocol: 'socketio',
    greetings: 0,
    start: (core) => startNodeContender(new URL('socketio-server.ts', import.meta.url), core),
  };
}
