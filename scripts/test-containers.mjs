/**
 * Builds the image and runs the compose file as an operator does, with a Docker of its own: one server, then the profile
 * `scale`, a drain, an upgrade in the middle of an alert, and a worker that dies. Needs Debian, or a child of it, and root.
 * Fetches what this machine lacks; says in one line what it cannot get, and ends with status 1 then.
 */
import { importBaseImages } from './lib/containers/base-images.mjs';
import { startEngine } from './lib/containers/engine.mjs';
import { fetchRoots } from './lib/containers/roots.mjs';
import { withLock } from './lib/lock.mjs';
import { SetupError, main, nodeTool, run } from './lib/project.mjs';
import { setup } from './setup.mjs';

const stopped = new AbortController();
// What was started is ended before this process is.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => stopped.abort());

await main(async () => {
  if (process.getuid?.() !== 0) {
    throw new SetupError(
      'cannot test the containers: Docker’s engine needs root (sudo npm run test:containers)',
    );
  }
  await setup();
  await withLock('containers', async () => {
    await fetchRoots();
    const engine = await startEngine();
    try {
      await importBaseImages(engine);
      const tests = [
        ...nodeTool('vitest/vitest.mjs'),
        'run',
        '--project',
        'containers',
        '--bail=1',
        ...process.argv.slice(2),
      ];
      const { status } = await run(['nsenter', `--net=/proc/${engine.pid}/ns/net`, ...tests], {
        stdio: 'inherit',
        signal: stopped.signal,
        env: { ...process.env, AJIL_ENGINE_PID: String(engine.pid) },
      });
      process.exitCode = status ?? 1;
    } finally {
      await engine.stop();
    }
  });
});
