/** The caches that page and service worker share: what this browser keeps about notifications, and nothing else. */
export const STORES = {
  subscription: 'ajil-subscription',
  notes: 'ajil-notes',
  receipts: 'ajil-receipts',
} as const;
