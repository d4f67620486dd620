import { browserSurroundings } from '../live/browser.ts';
import { createLiveClient } from '../live/client.ts';
import { programSurroundings } from './node.ts';

export { AjilError, createSender } from './send.ts';

/** See `package/index.d.ts`, which is what users of the package read. */
export function openLiveClient({
  server,
  query = {},
  onState = () => undefined,
  ...options
}: Omit<Parameters<typeof createLiveClient>[0], 'url' | 'query' | 'onState'> & {
  readonly server: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly onState?: (connected: boolean) => void;
}): { now(): number; close(): void } {
  const surroundings = 'document' in globalThis ? browserSurroundings : programSurroundings;
  return createLiveClient({ ...options, query, onState, url: new URL('/v1/live', server) }, surroundings);
}
