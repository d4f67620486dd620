import { expect, test } from 'vitest';
import { anAlert, startTestApi } from '../../support/api.ts';

test('a server that is about to stop says so to proxies, and serves what still comes', async () => {
  let stopping = false;
  const api = await startTestApi({ isStopping: () => stopping });
  try {
    const both = async (): Promise<unknown[]> =>
      Promise.all(
        ['/healthz', '/readyz'].map(async (path) => {
          const { status, body } = await api.call('GET', path);
          return [status, body.status ?? body.ready, body.checks?.server];
        }),
      );
    expect(await both()).toEqual([
      [200, 'alive', undefined],
      [200, true, undefined],
    ]);
    stopping = true;
    expect(await both()).toEqual([
      [503, 'stopping', undefined],
      [503, false, expect.stringContaining('stopping')],
    ]);
    const created = await api.call('POST', '/v1/alerts', { key: api.keys.author, body: anAlert() });
    expect(created.status).toBe(201);
  } finally {
    await api.close();
  }
});
