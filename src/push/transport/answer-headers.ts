/** The parsed header block of an answer. */
export interface AnswerHeaders {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Reads the fields (name, value, …) of an answer's header block: exactly one `:status` of three digits, first,
 * and no other pseudo-header (RFC 9113, section 8.3.2). A comma joins the values of a field that comes twice.
 * @returns undefined if it is malformed
 */
export function readAnswerHeaders(fields: readonly string[]): AnswerHeaders | undefined {
  if (fields[0] !== ':status') return undefined;
  const text = fields[1] ?? '';
  const status = Number(text);
  // `2e2` would be a number as well.
  if (String(status) !== text || !(status >= 100 && status <= 999)) return undefined;
  const headers: Record<string, string> = {};
  for (let at = 2; at < fields.length; at += 2) {
    const name = fields[at] ?? '';
    const value = fields[at + 1] ?? '';
    if (name.charCodeAt(0) === 0x3a) return undefined;
    // hasOwn, because a server may send a field named `constructor`.
    headers[name] = Object.hasOwn(headers, name) ? `${headers[name]}, ${value}` : value;
  }
  return { status, headers };
}

/** Trailers hold no pseudo-header (RFC 9113, section 8.1). */
export function areTrailers(fields: readonly string[]): boolean {
  for (let at = 0; at < fields.length; at += 2) if (fields[at]?.charCodeAt(0) === 0x3a) return false;
  return true;
}
