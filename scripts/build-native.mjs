// Builds the optional addons with the machine's C compiler and Node's headers. Without an addon Ajil works, but slower.
// The script therefore never fails: it prints one line per addon.
// With --source and --target it builds that one instead, as tests do.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const project = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: {
    verbose: { type: 'boolean', default: false },
    source: { type: 'string' },
    target: { type: 'string' },
  },
});

const ADDONS = [
  {
    name: 'encryption addon',
    source: 'src/push/encryption/push-crypto.c',
    target: 'build/push-crypto.node',
    headers: ['node_api.h', 'openssl/ec.h'],
  },
  {
    name: 'live addon',
    source: 'src/live/connections/socket-send.c',
    target: 'build/socket-send.node',
    headers: ['node_api.h'],
  },
];

/** What the result depends on; when it changes, the addon is built anew. */
function fingerprint(source) {
  const { version, arch, platform, versions } = process;
  const hash = createHash('sha256').update(readFileSync(source));
  return hash.update(`${version} ${arch} ${platform} ${versions.openssl}`).digest('hex');
}

function findHeaders(names) {
  const prefix = dirname(dirname(process.execPath));
  const folders = [join(prefix, 'include/node'), '/usr/include/node', '/usr/local/include/node'];
  return folders.find((folder) => names.every((name) => existsSync(join(folder, name))));
}

/** @returns {string} what was done, one line */
function build(addon) {
  const source = resolve(project, addon.source);
  const target = resolve(project, addon.target);
  const stamp = `${target}.stamp`;
  const wanted = fingerprint(source);
  if (existsSync(target) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return 'up to date';
  rmSync(target, { force: true });
  if (process.platform !== 'linux' && process.platform !== 'darwin')
    return 'not built: it supports only Linux and macOS';
  const include = findHeaders(addon.headers);
  if (include === undefined) return "not built: Node's headers are missing";
  mkdirSync(dirname(target), { recursive: true });
  const fresh = `${target}.${process.pid}`;
  // Every symbol is bound at load (-z now), so that a Node without one of them refuses the addon instead of crashing later.
  const linking = process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : ['-Wl,-z,now'];
  for (const compiler of ['cc', 'gcc', 'clang']) {
    const options = ['-O2', '-shared', '-fPIC', `-I${include}`, ...linking, '-o', fresh, source];
    const run = spawnSync(compiler, options, { encoding: 'utf8', timeout: 120_000 });
    if (run.error?.code === 'ENOENT') continue;
    if (run.status !== 0) {
      rmSync(fresh, { force: true });
      return `not built: ${compiler} reports: ${(run.stderr || String(run.error ?? run.signal)).split('\n')[0]}`;
    }
    renameSync(fresh, target);
    writeFileSync(stamp, wanted);
    return `built with ${compiler}`;
  }
  return 'not built: the machine has no C compiler';
}

const chosen =
  values.source === undefined || values.target === undefined
    ? ADDONS
    : [{ ...ADDONS[0], name: 'addon', source: values.source, target: values.target }];
for (const addon of chosen) {
  let result;
  try {
    result = build(addon);
  } catch (error) {
    result = `not built: ${String(error)}`;
  }
  if (result !== 'up to date' || values.verbose) console.log(`${addon.name}: ${result}`);
}
