import { join } from 'node:path';
import { CACHE } from '../project.mjs';

/** What the tests in containers need: safe to delete, as root. */
export const CONTAINERS = join(CACHE, 'containers');

/** Where a root file system lies: a folder, or an archive for `docker import`. */
export const rootFile = (name) => join(CONTAINERS, name === 'engine' ? name : `${name}.tar`);
