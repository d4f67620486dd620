const REASONS = new Map([
  ['ENOTPUBLIC', 'it is no public address'],
  ['ENOTFOUND', 'its name is not known'],
  ['EAI_AGAIN', 'its name is not known'],
  ['ECONNREFUSED', 'its server cannot be reached'],
  ['ECONNRESET', 'its server cannot be reached'],
]);

/** Why something at an address could not be read, for editors: "it did not answer in time". */
export function fetchFaultOf(error: unknown): string {
  const { name, code = '' } = error as { name?: string; code?: string };
  if (name === 'TimeoutError' || name === 'AbortError') return 'it did not answer in time';
  return REASONS.get(code) ?? `it cannot be read${code === '' ? '' : ` (${code})`}`;
}
