import type { Preferences } from '../audience/schema.ts';
import type { SubscriptionStore } from '../audience/subscriptions.ts';
import { writeTopics, type TopicStore } from '../audience/topics.ts';
import type { TestDevices } from '../delivery/test-send/devices.ts';
import type { EditorStore } from '../editors/store.ts';
import type { Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';
import { DRILL } from '../words/words.ts';
import type { SettingsStore } from './settings.ts';

/** Nobody takes a violet page for the newsroom's own. */
const COLOUR = '#6d28a8';
const NAME_LENGTH = 40;

interface House {
  readonly redis: Redis;
  readonly topics: Pick<TopicStore, 'list'>;
  readonly settings: SettingsStore;
}

/**
 * Makes a house for a drill out of the newsroom's own: its editors with their keys, its topics and its rules; as readers
 * nobody but the test devices. Alerts, readers, webhooks, outlets and sources stay behind, so nothing that happens in the drill
 * reaches a reader.
 * @param to empty
 * @returns how many test devices take part
 */
export async function furnishDrill(
  from: House & {
    readonly editors: Pick<EditorStore, 'list'>;
    readonly devices: Pick<TestDevices, 'addresses'>;
  },
  to: House & { readonly subscriptions: Pick<SubscriptionStore, 'putAll'> },
): Promise<number> {
  for (const key of [keys.editors, keys.editorKeys]) {
    const fields = await from.redis.hgetall(key);
    if (Object.keys(fields).length > 0) await to.redis.hset(key, fields);
  }
  const topics = await from.topics.list();
  await to.redis.set(keys.topics, writeTopics({ topics, deleted: [] }));
  const settings = await from.settings.get();
  const name = Object.entries(settings.name).map(([lang, own]) => [lang, drillName(lang, own)]);
  await to.settings.put({ ...settings, name: Object.fromEntries(name), colour: COLOUR }, 'drill');

  const preferences: Preferences = { topics: topics.map(({ id }) => id), urgency: 'normal' };
  const editors = (await from.editors.list()).filter(({ revokedAt }) => revokedAt === null);
  const devices = (await Promise.all(editors.map(({ id }) => from.devices.addresses(id)))).flat();
  const put = await to.subscriptions.putAll(devices.map(({ address }) => ({ address, preferences })));
  return put.filter((result) => result === 'created').length;
}

const drillName = (lang: string, name: string): string =>
  `${DRILL[lang === 'ar' ? 'ar' : 'en'].title} · ${name}`.slice(0, NAME_LENGTH).toWellFormed();
