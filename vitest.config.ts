import { defineConfig } from 'vitest/config';

// A file shares its process with those before it: loading everything anew for each took a third of the time.
const isolate = false;

const browsers = {
  isolate,
  globalSetup: 'tests/support/build.ts',
  testTimeout: 60_000,
  hookTimeout: 60_000,
  // A browser that wakes a service worker or hands a line to another tab takes its time on a busy machine.
  expect: { poll: { timeout: 10_000 } },
};

export default defineConfig({
  test: {
    // Most tests wait for a process that was killed, throttled or frozen, so three run at once, even on two cores.
    maxWorkers: 3,
    projects: [
      // A busy machine takes its time: a speed is measured in bench/, never by a test's end.
      { test: { name: 'unit', isolate, include: ['tests/unit/**/*.test.ts'], testTimeout: 30_000 } },
      {
        test: {
          name: 'integration',
          isolate,
          include: ['tests/integration/**/*.test.ts'],
          globalSetup: 'tests/support/build.ts',
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        test: {
          ...browsers,
          name: 'e2e',
          include: ['tests/e2e/**/*.test.ts'],
          // Two browsers keep two cores busy.
          maxWorkers: 2,
        },
      },
      {
        // By `npm run test:wordpress` alone: it needs programs that no other test does.
        test: {
          ...browsers,
          name: 'wordpress',
          include: ['tests/wordpress/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        // By `npm run test:pushpin` alone, for the same reason.
        test: {
          ...browsers,
          name: 'pushpin',
          include: ['tests/pushpin/**/*.test.ts'],
          testTimeout: 400_000,
          hookTimeout: 120_000,
        },
      },
      {
        // By `npm run test:containers` alone: it runs them beside a Docker's engine of its own. Its tests are steps of one walk.
        test: {
          name: 'containers',
          isolate,
          include: ['tests/containers/**/*.test.ts'],
          fileParallelism: false,
          // The proxy makes its own certificate, which one test looks at.
          env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' },
          testTimeout: 600_000,
          hookTimeout: 60_000,
          expect: { poll: { timeout: 30_000 } },
        },
      },
      {
        // By `npm run test:day` alone: it builds the version that is upgraded. Its tests are steps of one walk.
        test: {
          name: 'day',
          isolate,
          include: ['tests/day/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 120_000,
          expect: { poll: { timeout: 30_000 } },
        },
      },
      {
        // What is measured has the machine for itself.
        test: {
          ...browsers,
          name: 'quality',
          include: ['tests/quality/**/*.test.ts'],
          fileParallelism: false,
        },
      },
    ],
  },
});
