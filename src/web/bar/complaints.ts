import type { LineFault } from '../live/line-keeper.ts';

/** One line for the site's developer. Readers never see it. */
export function complain(error: unknown, element = 'ajil-bar'): void {
  // oxlint-disable-next-line no-console -- a bar that stays empty without a word costs a developer an afternoon
  console.error(`${element}: ${error instanceof Error ? error.message : String(error)}`);
}

/** Says why there is no live line, and what to do. */
export function faultText({ status, errors }: LineFault, ajil: string, site: string): string {
  const wrong = errors.map(({ parameter, detail }) => `${parameter ?? 'the query'}: ${detail}`).join('; ');
  if (status === 200) return `${ajil} has no alerts for some of the attributes. ${wrong}`;
  if (status === 400) return `${ajil} refuses the attributes. ${wrong}`;
  if (status === undefined || status === 403) {
    return `no live line to ${ajil}. If it runs, name ${site} in its ALLOWED_ORIGINS, and ${ajil} in this page's connect-src`;
  }
  return `no live line to ${ajil}: it answered ${status}`;
}
