// Builds the optional encryption addon (src/push/native) with the machine's own C compiler and Node's own headers.
// Without either the product works as well, at a third of the speed: so this never fails, it says so in one line.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const project = fileURLToPath(new URL('..', import.meta.url));
const source = join(project, 'src/push/native/push-crypto.c');
const target = join(project, 'build/push-crypto.node');
const stamp = `${target}.stamp`;

/** What the result depends on; when it changes, the addon is built anew. */
function fingerprint() {
  const { version, arch, platform, versions } = process;
  const hash = createHash('sha256').update(readFileSync(source));
  return hash.update(`${version} ${arch} ${platform} ${versions.openssl}`).digest('hex');
}

function headers() {
  const prefix = dirname(dirname(process.execPath));
  const folders = [join(prefix, 'include/node'), '/usr/include/node', '/usr/local/include/node'];
  return folders.find(
    (folder) => existsSync(join(folder, 'node_api.h')) && existsSync(join(folder, 'openssl/ec.h')),
  );
}

/** @returns {string} what was done, one line */
function build() {
  const wanted = fingerprint();
  if (existsSync(target) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return 'up to date';
  rmSync(target, { force: true });
  if (process.platform !== 'linux' && process.platform !== 'darwin')
    return 'not built: only for Linux and macOS';
  const include = headers();
  if (include === undefined) return "not built: Node's headers are not installed";
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
      return `not built: ${compiler} says ${(run.stderr || String(run.error ?? run.signal)).split('\n')[0]}`;
    }
    renameSync(fresh, target);
    writeFileSync(stamp, wanted);
    return `built with ${compiler}`;
  }
  return 'not built: no C compiler';
}

let result;
try {
  result = build();
} catch (error) {
  result = `not built: ${String(error)}`;
}
if (result !== 'up to date' || process.argv.includes('--verbose')) console.log(`encryption addon: ${result}`);
