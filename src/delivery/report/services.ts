/** The services whose deliveries a report counts apart. The ledger knows a service by its place in this list: append only. */
export const SERVICES = ['other', 'fcm', 'mozilla', 'apple', 'wns'] as const;
export type Service = (typeof SERVICES)[number];

/** @param name as a channel names the service */
export const serviceNamed = (name: string): Service =>
  SERVICES.find((service) => service === name) ?? 'other';
