import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/**
 * A browser on this machine, found as the set-up finds it: by these names on the PATH, else at these places.
 * @throws in one line that says what to install
 */
export async function findBrowser(wanted: {
  /** The package that the set-up installs. */
  readonly package: string;
  readonly programs: readonly string[];
  /** Absolute paths of programs outside the PATH. */
  readonly apps: readonly string[];
}): Promise<string> {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const places = wanted.programs.flatMap((name) => folders.map((folder) => join(folder, name)));
  for (const place of [...places, ...wanted.apps]) {
    if (await isExecutable(place)) return place;
  }
  throw new Error(
    `no ${wanted.programs[0]} on the PATH: install ${wanted.package} (run \`npm run setup -- --browsers\`)`,
  );
}

const isExecutable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
