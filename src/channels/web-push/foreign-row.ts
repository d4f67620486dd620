import { rowOf, type Row } from '../../audience/row.ts';

/** Names that other services and common packages give the three values, in a row or in an object inside it. */
const ENDPOINT = ['endpoint', 'identifier', 'push_endpoint', 'pushEndpoint'];
const P256DH = [
  'p256dh',
  'public_key',
  'publicKey',
  'p256dh_key',
  'p256dhKey',
  'web_p256',
  'keys_p256dh',
  'keys.p256dh',
];
const AUTH =
  'auth auth_token authToken auth_key authKey auth_secret authSecret web_auth keys_auth keys.auth'.split(' ');
/** Names of a row's subscription where it is not the row itself: an object, or the JSON of one. */
const NESTED = ['subscription', 'push_subscription', 'pushSubscription', 'web_push_subscription'];

/** The push subscription in a row of another service's export. Its values may be missing or wrong. */
export function subscriptionInRow(row: Row): object | undefined {
  const holder = NESTED.map((name) => rowOf(row[name])).find((nested) => nested !== undefined) ?? row;
  const endpoint = valueOf(holder, ENDPOINT);
  if (endpoint === undefined) return undefined;
  const keyHolder = rowOf(holder['keys']) ?? holder;
  return { endpoint, keys: { p256dh: valueOf(keyHolder, P256DH), auth: valueOf(keyHolder, AUTH) } };
}

const valueOf = (row: Row, names: readonly string[]): unknown =>
  names.map((name) => row[name]).find((value) => typeof value === 'string' && value !== '');
