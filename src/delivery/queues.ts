import type { Urgency } from '../alerts/schema.ts';

/** The door of the delivery room: what the API calls once a version is stored. */
export interface FanOutQueue {
  /** Adding the same version again is harmless. Rejects when Redis is away: housekeeping then finishes what was accepted. */
  add(version: { alertId: string; version: number; urgency: Urgency }): Promise<void>;
  close(): Promise<void>;
}
