/** The part of `navigator` that names a browser. */
interface Device {
  readonly userAgent: string;
  readonly maxTouchPoints: number;
}

/** An iPhone or iPad. An iPad says that it is a Mac, but no Mac has a touch screen. */
export const isApple = ({ userAgent, maxTouchPoints }: Device): boolean =>
  /iPhone|iPad|iPod/.test(userAgent) || (userAgent.includes('Macintosh') && maxTouchPoints > 1);

/** What tells a reader where to find the settings. It decides nothing else: browsers' names are no proof. */
export type BrowserName =
  'chrome' | 'chromeAndroid' | 'samsung' | 'firefox' | 'firefoxAndroid' | 'safari' | 'homeScreen' | 'other';

export function browserName(device: Device): BrowserName {
  const { userAgent } = device;
  if (isApple(device)) return 'homeScreen';
  const isAndroid = userAgent.includes('Android');
  if (userAgent.includes('SamsungBrowser')) return 'samsung';
  if (userAgent.includes('Firefox/')) return isAndroid ? 'firefoxAndroid' : 'firefox';
  if (userAgent.includes('Chrome/')) return isAndroid ? 'chromeAndroid' : 'chrome';
  return userAgent.includes('Safari/') ? 'safari' : 'other';
}

/** What keeps a page on an iPhone or iPad from the Home Screen, or `safari`, `other`: whose Share button leads there. */
export function homeScreenWay(device: Device): 'inApp' | 'tooOld' | 'safari' | 'other' {
  if (isInApp(device)) return 'inApp';
  const [, major = '16', minor = '4'] = /OS (\d+)_(\d+)/.exec(device.userAgent) ?? [];
  if (Number(major) < 16 || (major === '16' && Number(minor) < 4)) return 'tooOld';
  return /CriOS|FxiOS|EdgiOS|OPT\/|OPiOS|DuckDuckGo/.test(device.userAgent) ? 'other' : 'safari';
}

/** Apps that show pages in a window of their own: they name themselves, or say that they are an Android web view. */
export const isInApp = ({ userAgent }: Pick<Device, 'userAgent'>): boolean =>
  /FBAN|FBAV|Instagram|Snapchat|TikTok|musical_ly|BytedanceWebview|LinkedInApp|Twitter|; wv\)|GSA\//.test(
    userAgent,
  );
