import { expect, test } from 'vitest';
import { browserName, homeScreenWay, isInApp } from '../../../src/web/subscription/browser-name.ts';

const MOZILLA = 'Mozilla/5.0';
const WEBKIT = 'AppleWebKit/537.36 (KHTML, like Gecko)';
const IPHONE = `${MOZILLA} (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)`;
const device = (userAgent: string, maxTouchPoints = 0) => ({ userAgent, maxTouchPoints });

test.each([
  ['chrome', `${MOZILLA} (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/140.0.0.0 Safari/537.36 Edg/140.0`],
  ['chromeAndroid', `${MOZILLA} (Linux; Android 10; K) ${WEBKIT} Chrome/140.0.0.0 Mobile Safari/537.36`],
  [
    'samsung',
    `${MOZILLA} (Linux; Android 10; K) ${WEBKIT} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36`,
  ],
  ['firefox', `${MOZILLA} (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0`],
  ['firefoxAndroid', `${MOZILLA} (Android 14; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0`],
  [
    'safari',
    `${MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.5 Safari/605.1.15`,
  ],
  ['homeScreen', `${IPHONE} Mobile/15E148`],
  ['other', 'Lynx/2.9'],
])('the steps for %s are shown to %s', (name, userAgent) => {
  expect(browserName(device(userAgent))).toBe(name);
});

test('an iPad that says that it is a Mac is told the way to the Home Screen', () => {
  const ipad = `${MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.5 Safari/605.1.15`;
  expect(browserName(device(ipad, 5))).toBe('homeScreen');
  expect(homeScreenWay(device(ipad, 5))).toBe('safari');
});

test.each([
  ['safari', `${IPHONE} Version/17.5 Mobile/15E148 Safari/604.1`],
  ['other', `${IPHONE} CriOS/140.0.0.0 Mobile/15E148 Safari/604.1`],
  ['inApp', `${IPHONE} Mobile/15E148 [FBAN/FBIOS;FBAV/500.0]`],
  ['tooOld', `${IPHONE.replace('17_5', '16_3')} Version/16.3 Mobile/15E148 Safari/604.1`],
  ['safari', `${IPHONE.replace('17_5', '16_4')} Version/16.4 Mobile/15E148 Safari/604.1`],
])('on an iPhone the way is %s', (way, userAgent) => {
  expect(homeScreenWay(device(userAgent))).toBe(way);
});

test('an app’s own window is known on Android too', () => {
  const view = `${MOZILLA} (Linux; Android 14; K; wv) ${WEBKIT} Version/4.0 Chrome/140.0.0.0 Mobile Safari/537.36`;
  expect([isInApp(device(view)), isInApp(device(view.replace('; wv', '')))]).toEqual([true, false]);
});
