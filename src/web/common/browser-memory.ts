import { readMemory, type Memory } from '../../pages/common/memory.ts';

const YEAR_SECONDS = 365 * 24 * 60 * 60;

/** Reads the page's memory in this browser; undefined if the browser keeps nothing. */
export function recall(name: Memory): string | undefined {
  try {
    return readMemory(name, document.cookie) ?? localStorage.getItem(`ajil-${name}`) ?? undefined;
  } catch {
    return undefined;
  }
}

/** @param value undefined: forget it */
export function remember(name: Memory, value: string | undefined): void {
  try {
    const life = value === undefined ? 0 : YEAR_SECONDS;
    document.cookie = `ajil-${name}=${value ?? ''}; Path=/; Max-Age=${life}; SameSite=Lax`;
    if (value === undefined) localStorage.removeItem(`ajil-${name}`);
    else localStorage.setItem(`ajil-${name}`, value);
  } catch {
    // The reader's settings block it.
  }
}
