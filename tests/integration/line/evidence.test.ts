import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { createLogger } from '../../../src/ops/logger.ts';
import { closeRedis, connectRedis } from '../../../src/redis/connect.ts';
import { keys } from '../../../src/redis/keys.ts';
import { isComplete } from '../../support/api-client.ts';
import { startCli } from '../../support/cli.ts';
import { test } from '../../support/line.ts';

const VERIFY = fileURLToPath(new URL('../../../scripts/verify-evidence.mjs', import.meta.url));
const READERS = 400;

/** As somebody runs it who has nothing of ours but this file. */
function verify(file: string, ...args: string[]): { code: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [VERIFY, file, ...args], {
    encoding: 'utf8',
    env: {},
  });
  return { code: status, said: stdout + stderr };
}

test(
  'what became of an alert is written down, signed, and any change of it or of the store is found',
  {
    timeout: 90_000,
  },
  async ({ stack, crowd }) => {
    const dir = mkdtempSync(join(tmpdir(), 'ajil-evidence-'));
    const file = join(dir, 'evidence.ndjson');
    const evidence = (...args: string[]) => startCli({ ...stack.env }, ['evidence', ...args]).ended;
    const subscriptions = await crowd(READERS);
    const writer = await stack.addEditor('Salma Haddad', 'author');
    const created = await stack.api.call('/v1/alerts', {
      method: 'POST',
      headers: { authorization: `Bearer ${writer}` },
      body: { headline: 'عاجل: إغلاق المرفأ الشمالي', lang: 'ar', topics: ['world'] },
    });
    const { id } = created.body as { id: string };
    await stack.api.waitForReport(id, isComplete, 20_000);
    const correction = { change: 'correction', headline: 'إغلاق المرفأ الجنوبي', note: 'أخطأنا في المرفأ.' };
    const { status } = await stack.api.asEditor(`/v1/alerts/${id}/versions`, {
      method: 'POST',
      body: correction,
    });
    expect(status).toBe(201);
    await stack.api.waitForReport(id, isComplete, 20_000);

    const exported = await evidence(id, '--file', file);
    expect(exported).toMatchObject({ code: 0, stdout: '' });
    const key = /Key: (\S+)/.exec(exported.stderr)?.[1] ?? '';
    const verified = verify(file, '--key', key);
    expect(verified.said).toContain('Unchanged since the newsroom signed it.');
    expect(verified.said).toContain('written by Salma Haddad');
    expect(verified.said).toMatch(
      /alert\.create by Salma Haddad\n.*alert\.correction by Admin\n.*alert\.evidence by cli/,
    );
    expect(verified.said).toMatch(new RegExp(`to ${READERS} devices: .*accepted ${READERS}`));
    expect(verified.said).toContain('إغلاق المرفأ الجنوبي');
    expect(verified.code).toBe(0);
    const text = readFileSync(file, 'utf8');

    // No reader can be told from it.
    for (const { endpoint, keys: of } of subscriptions) {
      for (const secret of [endpoint, of.auth, of.p256dh]) expect(text.includes(secret)).toBe(false);
    }

    // Another newsroom's key, and one bit changed anywhere.
    expect(verify(file, '--key', Buffer.alloc(32, 7).toString('base64url')).code).toBe(1);
    const bytes = Buffer.from(text);
    const changed = join(dir, 'changed.ndjson');
    for (let count = 0; count < 60; count++) {
      const at = Math.floor((count / 59) * (bytes.length - 1));
      const copy = Buffer.from(bytes);
      copy[at] = (copy[at] ?? 0) ^ (1 << (count % 7));
      writeFileSync(changed, copy);
      expect([at, verify(changed, '--key', key).code]).toEqual([at, 1]);
    }
    const lines = text.trimEnd().split('\n');
    for (const wrong of [lines.slice(0, -1), [...lines.slice(0, 3), ...lines.slice(4)], lines.toReversed()]) {
      writeFileSync(changed, `${wrong.join('\n')}\n`);
      expect(verify(changed, '--key', key).code).toBe(1);
    }

    // One bit changed in the store.
    expect(await evidence(id, '--check', file)).toMatchObject({ code: 0 });
    const redis = connectRedis(stack.redis.url, 'worker', createLogger({ level: 'silent', role: 'test' }));
    const ledger = keys.ledger(id, 1, 5);
    const bit = await redis.getbit(ledger, 0);
    await redis.setbit(ledger, 0, 1 - bit);
    const found = await evidence(id, '--check', file);
    expect(found.code).toBe(1);
    expect(found.stdout).toMatch(/Not stored any more: .*"kind":"ledger","version":1,"shard":5/);
    await redis.setbit(ledger, 0, bit);
    expect(await evidence(id, '--check', file)).toMatchObject({ code: 0 });
    // A receipt that comes later is no difference, another outcome is.
    await redis.hincrby(keys.report(id, 1), 'shown', 1);
    expect(await evidence(id, '--check', file)).toMatchObject({ code: 0 });
    await redis.hincrby(keys.report(id, 1), 'o:accepted', 1);
    expect((await evidence(id, '--check', file)).stdout).toMatch(/Not stored any more: .*"kind":"report"/);
    await closeRedis(redis);

    expect(await evidence('01unknown')).toMatchObject({ code: 1, stderr: 'No alert has this id.\n' });
    rmSync(dir, { recursive: true });
  },
);
