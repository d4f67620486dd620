import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { apt, hasApt } from './debian.mjs';
import { SetupError, findProgram, progress } from './project.mjs';

const BROWSERS = [
  {
    package: 'chromium',
    programs: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
    apps: ['/Applications/Google Chrome.app', '/Applications/Chromium.app'],
  },
  {
    package: 'firefox-esr',
    programs: ['firefox-esr', 'firefox'],
    apps: ['/Applications/Firefox.app'],
    // The driver sees notifications only in newer ones: not in 140, the ESR before this one.
    oldest: 153,
  },
];

/** The packages of the browsers that the tests need and this machine lacks, or has in too old a version. */
export function missingBrowsers() {
  return BROWSERS.filter((browser) => !isThere(browser)).map((browser) => browser.package);
}

function isThere({ programs, apps, oldest = 0 }) {
  const program = findProgram(...programs);
  if (program === undefined) return apps.some((app) => existsSync(app));
  if (oldest === 0) return true;
  const { stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  return Number(/\d+/.exec(stdout ?? '')?.[0] ?? 0) >= oldest;
}

/** Installs the browsers, when we are root on a Debian; with a font that has Arabic letters. */
export async function installBrowsers(packages) {
  const oldest = BROWSERS.flatMap((browser) =>
    packages.includes(browser.package) && browser.oldest !== undefined ? ` (${browser.oldest} or later)` : [],
  ).join('');
  const advice = `The browser tests need ${packages.join(' and ')}${oldest}: install ${packages.length === 1 ? 'it' : 'them'} (as root: apt-get update && apt-get install ${packages.join(' ')} fonts-noto-core)`;
  if (!hasApt() || process.getuid?.() !== 0) throw new SetupError(advice);
  progress(`installing ${packages.join(' and ')} for the tests (takes a minute or two)`);
  // With an old package list apt would install an old browser, and say nothing. Some sources may be out of reach: the rest may do.
  await apt('apt-get', ['update', '-q']);
  const result = await apt('apt-get', [
    'install',
    '-y',
    '-q',
    '--no-install-recommends',
    ...packages,
    'fonts-noto-core',
  ]);
  // Ubuntu's chromium package is an empty one that asks for a snap.
  if (result.status !== 0 || missingBrowsers().length > 0) {
    throw new SetupError(`${advice}\n${result.output.split('\n').slice(-15).join('\n')}`);
  }
}
