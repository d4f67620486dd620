/** Where links of alerts may lead once sites are named: to these, and to our own pages. Null: anywhere. */
export const linkSites = (publicUrl: string, allowedOrigins: readonly string[]): readonly string[] | null =>
  allowedOrigins.length === 0 ? null : [...allowedOrigins, new URL(publicUrl).origin];
