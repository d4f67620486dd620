/** Parameters that say where a reader came from, as the analytics of their makers document them. */
const TRACKING = new RegExp(
  `^(${[
    '(utm|mtm|pk|hsa|at)_.*',
    'fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|igshid|igsh|li_fat_id',
    'mc_cid|mc_eid|mkt_tok|_ga|_gl|_hsenc|_hsmi|cmpid|ocid|s_cid|smid|xtor|ref_src|ref_url',
  ].join('|')})$`,
  'i',
);

/**
 * An article's address as all links to it share it: without `www.`, fragment, tracking parameters and a last slash, its
 * parameters in order. Null for a site's front page, which is no article.
 * @param url as `storedUrl` wrote it
 */
export function canonicalArticle(url: string): string | null {
  const { hostname, port, pathname, searchParams } = new URL(url);
  for (const name of Array.from(searchParams.keys())) if (TRACKING.test(name)) searchParams.delete(name);
  searchParams.sort();
  const path = pathname.replace(/\/+$/, '');
  const query = searchParams.toString();
  if (path === '' && query === '') return null;
  const site = hostname.replace(/^www\./, '');
  return [site, port === '' ? '' : `:${port}`, path, query === '' ? '' : `?${query}`].join('');
}
