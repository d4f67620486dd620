import { spread } from '../common/spread.ts';
import { STORES } from '../subscription/stores.ts';
import type { PushData } from './push-message.ts';

/** All devices show an alert within the same seconds. Their receipts are spread over this time, ms, to spare the server. */
const SPREAD_MS = 30_000;
/** Receipts that are kept here, by path. The browser may end this worker while one waits, or be without a network. */
const KEPT = STORES.receipts;
/** The server counts a device once per event, so a receipt may be sent twice. */
const MOST_KEPT = 20;

/** The part of the Cache API (W3C Service Workers, section 5) that this file uses. */
interface Store {
  put(path: string, response: Response): Promise<void>;
  match(url: string): Promise<Response | undefined>;
  delete(url: string): Promise<boolean>;
  keys(): Promise<readonly { readonly url: string }[]>;
}
declare const caches: { open(name: string): Promise<Store> };

/** Paths of the receipts that wait for their turn in this worker. */
const waiting = new Set<string>();

/**
 * Tells the newsroom that a notification was shown or opened. `opened` is sent at once: readers do not all click in the
 * same second. A receipt that does not arrive is kept, and sent after a later one.
 */
export async function sendReceipt(event: 'shown' | 'opened', data: PushData | undefined): Promise<void> {
  if (data === undefined) return;
  const { server = '' } = data;
  const path = `/receipts/${data.id}/${data.version}/${event}`;
  const body = JSON.stringify({ alertId: data.id, version: data.version, event, token: data.receipt });
  waiting.add(path);
  if (event === 'shown') {
    await keep(path, body);
    await wait(spread(SPREAD_MS));
  }
  const told = await send(server, body);
  waiting.delete(path);
  if (!told) return keep(path, body);
  await inStore((store) => store.delete(path));
  await sendKept(server);
}

/** Sends the receipts that an earlier worker could not send. @param server Ajil's origin; '' for the worker's own */
export async function sendKept(server = ''): Promise<void> {
  await inStore(async (store) => {
    for (const { url } of await store.keys()) {
      if (waiting.has(new URL(url).pathname)) continue;
      const body = await (await store.match(url))?.text();
      if (body !== undefined && !(await send(server, body))) return;
      await store.delete(url);
    }
  });
}

async function keep(path: string, body: string): Promise<void> {
  await inStore(async (store) => {
    await store.put(path, new Response(body));
    const [oldest, ...others] = await store.keys();
    if (oldest !== undefined && others.length >= MOST_KEPT) await store.delete(oldest.url);
  });
}

/** A browser may keep nothing for us (blocked by its settings): a receipt that is lost is only a count too low. */
async function inStore(act: (store: Store) => Promise<unknown>): Promise<void> {
  try {
    await act(await caches.open(KEPT));
  } catch {
    // As above.
  }
}

/** Whether the server has answered for good. It may ask to come again later (5xx, 429). */
async function send(server: string, body: string): Promise<boolean> {
  try {
    const { status } = await fetch(`${server}/v1/receipts`, {
      method: 'POST',
      // From another origin, JSON would need a question before each receipt (Fetch, CORS-safelisted request-header).
      headers: { 'Content-Type': 'text/plain' },
      body,
      keepalive: true,
    });
    return status < 500 && status !== 429;
  } catch {
    return false;
  }
}

const wait = (ms: number): Promise<void> => new Promise((over) => setTimeout(over, ms));
