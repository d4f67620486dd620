const TIME = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?) ?(?:(Z)|([+-]\d\d):?(\d\d))$/i;

/** Milliseconds since the epoch. Superdesk writes the zone without the colon that RFC 3339 asks for, CAP writes UTC as `-00:00`. */
export function readTime(text: string): number | undefined {
  const found = TIME.exec(text.trim());
  if (found === null) return undefined;
  const [, day, time, utc, hours, minutes] = found;
  const ms = Date.parse(`${day}T${time}${utc === undefined ? `${hours}:${minutes}` : 'Z'}`);
  return Number.isNaN(ms) ? undefined : ms;
}
