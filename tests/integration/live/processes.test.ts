import { expect, test, vi } from 'vitest';
import { listen, versionsIn, type Listener } from '../../support/gateway.ts';
import { startStack, type Stack } from '../../support/stack.ts';

const PROCESSES = 2;
const READERS = 8;

const pidsOf = (stack: Stack): number[] =>
  stack
    .logs()
    .split('\n')
    .filter((line) => line.includes('"taking requests"'))
    .map((line) => (JSON.parse(line) as { pid: number }).pid);

test(
  'several server processes on one port: each has its readers, and one that is killed loses none',
  { timeout: 120_000 },
  async () => {
    const stack = await startStack({ env: { SERVER_PROCESSES: String(PROCESSES) } });
    const url = `${stack.origin.replace('http', 'ws')}/v1/live`;
    const open = (query = ''): Promise<Listener> => listen(`${url}?${query}`);
    try {
      await expect.poll(() => pidsOf(stack).length, { timeout: 30_000 }).toBe(PROCESSES);
      const lines = await Promise.all(Array.from({ length: READERS }, () => open()));
      // Each process knows of the others what they told last.
      const body = { topics: ['world'], lang: 'ar' };
      const estimate = async () =>
        (await stack.api.asEditor('/v1/audience/estimate', { method: 'POST', body })).body;
      await expect.poll(estimate, { timeout: 20_000 }).toMatchObject({ connections: READERS });
      const first = await stack.api.createAlert({ headline: 'الأول' });
      for (const line of lines) await line.until(2);
      // The report adds up what each process says.
      await stack.api.waitForReport(first.id, (report) => report.live.connections === READERS);

      process.kill(pidsOf(stack)[0] ?? 0, 'SIGKILL');
      const cut = await Promise.race(lines.map((line) => line.closed));
      expect(cut).toBe(1006);
      // A request may still go to the connection that was kept to the killed one.
      const second = await vi.waitFor(() => stack.api.createAlert({ headline: 'الثاني' }), {
        timeout: 10_000,
      });
      const stays = lines.filter((line) => line.socket.readyState === 1);
      expect(stays.length).toBeGreaterThan(0);
      expect(stays.length).toBeLessThan(READERS);
      for (const line of stays) {
        expect(versionsIn(await line.until(3))).toEqual([`${first.id}:1`, `${second.id}:1`]);
      }
      for (const line of lines.filter((line) => !stays.includes(line))) {
        const again = await open(`cursor=${line.messages.at(-1)?.cursor}`);
        const [hello, ...rest] = await again.until(1);
        expect(hello).toMatchObject({ recovered: true });
        const seen = versionsIn([hello!, ...rest]);
        expect(seen.length === 0 ? versionsIn(await again.until(2)) : seen).toEqual([`${second.id}:1`]);
      }
      await expect.poll(() => pidsOf(stack).length, { timeout: 30_000 }).toBe(PROCESSES + 1);

      const last = await Promise.all(Array.from({ length: READERS }, () => open()));
      const ended = Promise.all(last.map((line) => line.closed));
      await stack.kill('server', 'SIGTERM');
      expect(new Set(await ended)).toEqual(new Set([1012]));
    } catch (error) {
      throw new Error(stack.logs(), { cause: error });
    } finally {
      await stack.stop();
    }
  },
);
