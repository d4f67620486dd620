import type { QuietHours } from '../../audience/schema.ts';

/** Time zones whose clock is kept: readers' browsers know some four hundred; a stranger may name others. */
const MOST_ZONES = 1000;
const MINUTE_MS = 60_000;

interface Clock {
  readonly format: Intl.DateTimeFormat;
  minute: number;
  /** HH:MM */
  time: string;
}

/** Tells the time of day in many zones, at the cost of one look a minute for each. */
export interface WallClocks {
  /** @param nowMs since the epoch @returns HH:MM, 00:00 to 23:59 */
  timeIn(zone: string, nowMs: number): string;
}

export function createWallClocks(): WallClocks {
  const clocks = new Map<string, Clock>();
  return {
    timeIn: (zone, nowMs) => {
      const minute = Math.floor(nowMs / MINUTE_MS);
      let clock = clocks.get(zone);
      if (clock === undefined) {
        if (clocks.size >= MOST_ZONES) clocks.clear();
        const format = new Intl.DateTimeFormat('en-GB', {
          timeZone: zone,
          hour: '2-digit',
          minute: '2-digit',
          hourCycle: 'h23',
        });
        clock = { format, minute: NaN, time: '' };
        clocks.set(zone, clock);
      }
      if (clock.minute !== minute) {
        clock.minute = minute;
        clock.time = clock.format.format(nowMs);
      }
      return clock.time;
    },
  };
}

/**
 * Whether it is night for the reader: from `start` until before `end` by the reader's own clock, whatever daylight saving
 * does to it. The hours may go across midnight; if they end when they start, there are none.
 */
export function isQuiet({ start, end, timeZone }: QuietHours, nowMs: number, clocks: WallClocks): boolean {
  const time = clocks.timeIn(timeZone, nowMs);
  return start <= end ? start <= time && time < end : time >= start || time < end;
}
