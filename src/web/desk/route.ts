import type { NewVersion } from '../../alerts/input.ts';

export const ADMIN_PAGES = [
  'editors',
  'topics',
  'newsroom',
  'audit',
  'webhooks',
  'outlets',
  'sources',
] as const;
export type AdminPage = (typeof ADMIN_PAGES)[number];

/**
 * Which page the address names, so that the editor stays in the same place after a reload, and after signing in again:
 * `#/` writes a new alert, `#/<id>` shows one, `#/<id>/correction` corrects it, `#/<id>/edit` edits it before it is sent,
 * `#/history?q=…` searches, `#/stories` lists the open stories, `#/goal` says how many alerts reached the goal, `#/health` says how readers take the alerts, `#/devices` has the editor's test devices, `#/passkeys` the editor's passkeys,
 * `#/admin/editors` manages.
 */
export type Route =
  | { readonly page: 'new' }
  | {
      readonly page: 'alert';
      readonly id: string;
      readonly writing: NewVersion['change'] | 'edit' | undefined;
    }
  | { readonly page: 'history'; readonly query: string }
  | { readonly page: 'stories' }
  | { readonly page: 'goal' }
  | { readonly page: 'health' }
  | { readonly page: 'devices' }
  | { readonly page: 'passkeys' }
  | { readonly page: 'admin'; readonly of: AdminPage };

const ALERT = /^#\/([0-9a-z]{26})(?:\/(update|correction|retraction|edit))?$/;
const HISTORY = /^#\/history(?:\?(.*))?$/;

export function routeOf(hash: string): Route {
  const [, id, writing] = ALERT.exec(hash) ?? [];
  if (id !== undefined) {
    return { page: 'alert', id, writing: writing as NewVersion['change'] | 'edit' | undefined };
  }
  const history = HISTORY.exec(hash);
  if (history !== null) return { page: 'history', query: history[1] ?? '' };
  if (hash === '#/stories') return { page: 'stories' };
  if (hash === '#/goal') return { page: 'goal' };
  if (hash === '#/health') return { page: 'health' };
  if (hash === '#/devices') return { page: 'devices' };
  if (hash === '#/passkeys') return { page: 'passkeys' };
  const of = ADMIN_PAGES.find((name) => hash === `#/admin/${name}`);
  return of === undefined ? { page: 'new' } : { page: 'admin', of };
}

/** The alert that is open; undefined: another page is. */
export const openIdOf = (route: Route): string | undefined => (route.page === 'alert' ? route.id : undefined);
