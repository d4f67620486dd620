import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { URGENCIES } from '../../../src/alerts/schema.ts';
import { pushQueueName } from '../../../src/delivery/queues.ts';
import { QUEUE_PREFIX } from '../../../src/redis/keys.ts';
import { findTestProgram } from '../../support/programs.ts';

const FOLDER = fileURLToPath(new URL('../../../deploy/kubernetes/', import.meta.url));
const settings = new Set(
  Object.keys(parseEnv(readFileSync(new URL('../../../.env.example', import.meta.url), 'utf8'))),
);
const require = createRequire(import.meta.url);

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

interface Workload extends Manifest {
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly containers: readonly {
          readonly name: string;
          readonly command: readonly string[];
          readonly env?: readonly { readonly name: string }[];
          readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
          readonly securityContext: object;
        }[];
      };
    };
  };
}

const documents = (text: string): Manifest[] =>
  parseAllDocuments(text).map((document) => document.toJS() as Manifest);
const manifests = (readdirSync(FOLDER, { recursive: true }) as string[])
  .filter((name) => name.endsWith('.yaml') && !name.endsWith('kustomization.yaml'))
  .flatMap((name) => documents(readFileSync(FOLDER + name, 'utf8')));
const named = (kind: string, name: string): Manifest => {
  const found = manifests.find((one) => one.kind === kind && one.metadata.name === name);
  if (found === undefined) throw new Error(`no ${kind} ${name}`);
  return found;
};

/** By the schema of Kubernetes, or of KEDA. @throws what is wrong with it */
function validate(manifest: Manifest): void {
  const from = manifest.apiVersion.startsWith('keda.sh') ? '@kubernetes-models/keda' : 'kubernetes-models';
  const models = require(`${from}/${manifest.apiVersion}/${manifest.kind}`) as Record<
    string,
    new (data: object) => { validate(): void }
  >;
  const Model = models[manifest.kind];
  if (Model === undefined) throw new Error(`no schema for ${manifest.kind}`);
  new Model(manifest).validate();
}

test('every manifest is what its schema says, and a wrong one would be found', () => {
  expect(manifests.length).toBeGreaterThan(12);
  for (const manifest of manifests) expect(() => validate(manifest)).not.toThrow();
  const server = named('Deployment', 'ajil-server') as Workload;
  expect(() => validate({ ...server, spec: { ...server.spec, replicas: 'two' } } as Manifest)).toThrow();
});

test('pods run what is built, with settings that exist, and may do little', () => {
  const pods = ['ajil-server', 'ajil-workers'].map((name) => named('Deployment', name) as Workload);
  const containers = pods.flatMap(({ spec }) => spec.template.spec.containers);
  expect(containers.map(({ command }) => command.at(-1))).toEqual([
    'dist/src/server.js',
    'dist/workers/main.js',
  ]);
  const { data } = named('ConfigMap', 'ajil') as Manifest & { data: Record<string, string> };
  const set = [...Object.keys(data), ...containers.flatMap(({ env = [] }) => env.map(({ name }) => name))];
  expect(set.filter((name) => !settings.has(name))).toEqual([]);
  for (const { securityContext, ports } of containers) {
    expect(securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    const metrics = ports.find(({ name }) => name === 'metrics');
    expect(String(metrics?.containerPort)).toBe(data['METRICS_PORT']);
  }
});

test('workers are scaled by the lists in which batches wait', () => {
  const { spec } = named('ScaledObject', 'ajil-workers') as Manifest & {
    spec: { triggers: { metadata: { listName: string } }[] };
  };
  expect(spec.triggers.map(({ metadata }) => metadata.listName)).toEqual(
    URGENCIES.map((urgency) => `${QUEUE_PREFIX}:${pushQueueName(urgency)}:wait`),
  );
});

test.skipIf(findTestProgram('kubectl') === undefined)('kustomize builds it', () => {
  const { status, stdout, stderr } = spawnSync('kubectl', ['kustomize', FOLDER], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
  const built = documents(stdout);
  for (const manifest of built) expect(() => validate(manifest)).not.toThrow();
  const images = built
    .filter(({ kind }) => kind === 'Deployment')
    .map((one) => JSON.stringify(one).match(/"image":"([^"]+)"/)?.[1]);
  expect(images).toEqual(['registry.example/ajil:0.1.0', 'registry.example/ajil:0.1.0']);
});
