import { expect, test } from 'vitest';
import { createCircuit, type Trouble } from '../../../../src/push/lane/circuit.ts';

function setUp() {
  let time = 0;
  const circuit = createCircuit({ now: () => time, onChange: () => undefined });
  return {
    circuit,
    pass: (ms: number) => (time += ms),
    /** A message that fails after so many ms. */
    fail: (kind: Trouble, { ms = 1, again = false }: { ms?: number; again?: boolean } = {}) => {
      const startedAt = time;
      time += ms;
      circuit.failed(kind, { startedAt, again });
    },
  };
}

/** Opens it, and waits until it may be probed. */
function openCircuit({ fail, circuit, pass }: ReturnType<typeof setUp>): void {
  for (let i = 0; i < 3; i++) fail('unauthorized', { ms: 1000 });
  expect(circuit.state).toBe('open');
  pass(circuit.waitMs());
  expect(circuit.state).toBe('probing');
}

test('failures of two alerts make no row', () => {
  const { circuit, fail, pass } = setUp();
  fail('unauthorized');
  fail('unauthorized');
  pass(3_600_000);
  fail('unauthorized');
  expect(circuit.state).toBe('closed');
  pass(2000);
  fail('unauthorized');
  fail('unauthorized');
  expect(circuit.state).toBe('open');
});

test('failures that each take long make one', () => {
  const { circuit, fail } = setUp();
  for (let i = 0; i < 20; i++) fail('unavailable', { ms: 15_000 });
  expect(circuit.state).toBe('open');
});

test('failures of two kinds make no row', () => {
  const { circuit, fail, pass } = setUp();
  for (let i = 0; i < 10; i++) {
    fail('unavailable');
    fail('unauthorized');
    pass(1000);
  }
  expect(circuit.state).toBe('closed');
});

test('a success ends a row', () => {
  const { circuit, fail } = setUp();
  for (let i = 0; i < 10; i++) {
    fail('unauthorized', { ms: 2000 });
    fail('unauthorized', { ms: 2000 });
    expect(circuit.state).toBe('closed');
    circuit.succeeded();
  }
});

test('a probe that fails at first doubles the wait, up to its bound; one that had failed before does not', () => {
  const world = setUp();
  openCircuit(world);
  const { circuit, fail, pass } = world;
  const waits: number[] = [];
  for (const again of [true, false, true, false, false, false, false]) {
    fail('unauthorized', { again });
    waits.push(circuit.waitMs());
    pass(circuit.waitMs());
    expect(circuit.state).toBe('probing');
  }
  expect(waits).toEqual([30_000, 60_000, 60_000, 120_000, 240_000, 300_000, 300_000]);
});

test('a probe that succeeds closes it, and the next wait is the first again', () => {
  const world = setUp();
  openCircuit(world);
  world.fail('unauthorized');
  world.pass(world.circuit.waitMs());
  expect(world.circuit.state).toBe('probing');
  world.circuit.succeeded();
  expect(world.circuit.state).toBe('closed');
  for (let i = 0; i < 3; i++) world.fail('unauthorized', { ms: 1000 });
  expect(world.circuit.waitMs()).toBe(30_000);
});
