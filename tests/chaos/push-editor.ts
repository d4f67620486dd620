import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EditorAlert } from '../../src/alerts/schema.ts';
import type { Stack } from '../support/stack.ts';

/** As an editor's client does: the same key until there is an answer. */
export async function publish(stack: Stack, path: string, body: object): Promise<EditorAlert> {
  const headers = { 'idempotency-key': randomUUID() };
  const deadline = performance.now() + 60_000;
  while (performance.now() < deadline) {
    const answer = await stack.api.asEditor(path, { method: 'POST', headers, body }).catch(() => undefined);
    if (answer?.status === 201) return answer.body as EditorAlert;
    await sleep(50);
  }
  throw new Error('the alert was not taken within a minute');
}
