import { randomBytes } from 'node:crypto';

// Crockford's base 32 in lower case: sorts as bytes, and leaves out i, l, o and u.
const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz';
const TIME_LENGTH = 10;
const RANDOM_LENGTH = 16;

/** 26 characters, time-ordered (https://github.com/ulid/spec, in lower case). */
export const ALERT_ID = /^[0-9a-hjkmnp-tv-z]{26}$/;

/** Milliseconds since the epoch as 10 digits that sort as the times do; a time before it counts as 0. */
export function timePrefix(ms: number): string {
  let rest = Math.max(0, Math.floor(ms));
  let prefix = '';
  for (let place = 0; place < TIME_LENGTH; place++) {
    prefix = (DIGITS[rest % 32] ?? '') + prefix;
    rest = Math.floor(rest / 32);
  }
  return prefix;
}

/** A new alert id: the time, then 80 random bits. Never all digits, which queues would take for a number. */
export function newAlertId(ms: number): string {
  const random = [...randomBytes(RANDOM_LENGTH)].map((byte) => DIGITS[byte % 32] ?? '').join('');
  const id = timePrefix(ms) + random;
  return /[a-z]/.test(id) ? id : newAlertId(ms);
}
