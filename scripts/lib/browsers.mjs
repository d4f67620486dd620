import { existsSync } from 'node:fs';
import { apt, hasApt } from './debian.mjs';
import { SetupError, findProgram, progress } from './project.mjs';

const BROWSERS = [
  {
    package: 'chromium',
    programs: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
    apps: ['/Applications/Google Chrome.app', '/Applications/Chromium.app'],
  },
  { package: 'firefox-esr', programs: ['firefox', 'firefox-esr'], apps: ['/Applications/Firefox.app'] },
];

/** The packages of the browsers that the tests need and this machine lacks. */
export function missingBrowsers() {
  return BROWSERS.filter(
    (browser) =>
      findProgram(...browser.programs) === undefined && !browser.apps.some((app) => existsSync(app)),
  ).map((browser) => browser.package);
}

/** Installs the browsers, when we are root on a Debian; with a font that has Arabic letters. */
export async function installBrowsers(packages) {
  const advice = `The browser tests need ${packages.join(' and ')}: install ${packages.length === 1 ? 'it' : 'them'} (as root: apt-get install ${packages.join(' ')} fonts-noto-core)`;
  if (!hasApt() || process.getuid?.() !== 0) throw new SetupError(advice);
  progress(`installing ${packages.join(' and ')} for the tests, a minute or two`);
  const install = () =>
    apt('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...packages, 'fonts-noto-core']);
  let result = await install();
  if (result.status !== 0) {
    await apt('apt-get', ['update', '-q']);
    result = await install();
  }
  // Ubuntu's chromium package is an empty one that asks for a snap.
  if (result.status !== 0 || missingBrowsers().length > 0) {
    throw new SetupError(`${advice}\n${result.output.split('\n').slice(-15).join('\n')}`);
  }
}
