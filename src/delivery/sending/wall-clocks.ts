/** Time zones whose clock is kept: readers' browsers know some four hundred; a stranger may name others. */
const MOST_ZONES = 1000;
const MINUTE_MS = 60_000;

export interface WallTime {
  /** YYYY-MM-DD */
  readonly date: string;
  /** HH:MM, 00:00 to 23:59 */
  readonly time: string;
}

interface Clock {
  readonly format: Intl.DateTimeFormat;
  minute: number;
  shows: WallTime;
}

/** Tells date and time in many zones, at the cost of one look a minute for each. */
export interface WallClocks {
  /** @param nowMs since the epoch */
  in(zone: string, nowMs: number): WallTime;
}

export function createWallClocks(): WallClocks {
  const clocks = new Map<string, Clock>();
  return {
    in: (zone, nowMs) => {
      const minute = Math.floor(nowMs / MINUTE_MS);
      let clock = clocks.get(zone);
      if (clock === undefined) {
        if (clocks.size >= MOST_ZONES) clocks.clear();
        clock = { format: formatIn(zone), minute: NaN, shows: { date: '', time: '' } };
        clocks.set(zone, clock);
      }
      if (clock.minute !== minute) {
        const [date = '', time = ''] = clock.format.format(nowMs).split(' ');
        clock.minute = minute;
        clock.shows = { date, time };
      }
      return clock.shows;
    },
  };
}

/** Swedes write `2026-11-29 18:05`. */
const formatIn = (timeZone: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
