import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError, progress, run } from '../project.mjs';
import { CONTAINERS, rootFile } from './folder.mjs';

/** The images that our Dockerfile and the compose file name, and what of their configuration matters to us. */
const IMAGES = [
  { tag: 'node:24-bookworm', root: 'node', changes: ['CMD ["node"]'] },
  { tag: 'node:24-bookworm-slim', root: 'node-slim', changes: ['CMD ["node"]'] },
  {
    tag: 'valkey/valkey:8-trixie',
    root: 'valkey',
    changes: ['VOLUME /data', 'WORKDIR /data', 'ENTRYPOINT ["valkey-start"]', 'CMD ["valkey-server"]'],
  },
  {
    tag: 'caddy:2',
    root: 'caddy',
    changes: [
      'ENV XDG_CONFIG_HOME=/config XDG_DATA_HOME=/data',
      'CMD ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"]',
    ],
  },
];

const PATH = 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** @param engine of `startEngine` */
export async function importBaseImages(engine) {
  progress('importing the base images');
  for (const { tag, root, changes } of IMAGES) {
    const options = [PATH, ...changes].flatMap((change) => ['--change', change]);
    await docker(engine, ['import', ...options, rootFile(root), tag]);
  }
  await addRegistry(engine);
}

/** Where this machine's npm reaches its registry in a way of its own, so does that of the image that builds. */
async function addRegistry(engine) {
  const config = await Promise.all(['registry', 'cafile'].map(npmConfig));
  const [registry, authority] = config;
  const folder = join(CONTAINERS, 'registry');
  const npmrc = [`registry=${registry}`];
  try {
    mkdirSync(folder, { recursive: true });
    if (authority !== undefined) {
      copyFileSync(authority, join(folder, 'npm-ca.pem'));
      npmrc.push('cafile=/usr/local/etc/npm-ca.pem');
    }
    writeFileSync(join(folder, 'npmrc'), `${npmrc.join('\n')}\n`);
    writeFileSync(join(folder, 'Dockerfile'), 'FROM node:24-bookworm\nCOPY npm* /usr/local/etc/\n');
    await docker(engine, ['build', '--quiet', '--tag', 'node:24-bookworm', folder]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function npmConfig(name) {
  const { output } = await run(['npm', 'config', 'get', name]);
  const value = output.trim();
  return ['', 'null', 'undefined'].includes(value) ? undefined : value;
}

async function docker(engine, args) {
  const { status, output } = await engine.run(['docker', ...args]);
  if (status !== 0) throw new SetupError(`docker ${args[0]} failed: ${output.trim().split('\n').at(-1)}`);
}
