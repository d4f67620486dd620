import { KEYING_BYTES as STORED_BYTES } from '../../audience/shard.ts';
import { KEYING_BYTES, type Arm } from '../../push/encryption/job.ts';
import type { AddressCodec } from '../../audience/address.ts';
import type { WebPushAddress } from './address.ts';

/** A keying begins with so many bytes of the key that it was made for. A slot's keys may have changed since. */
const MARK_BYTES = STORED_BYTES - KEYING_BYTES;

const markOf = ({ p256dh }: WebPushAddress): Buffer => p256dh.subarray(1, 1 + MARK_BYTES);

/** Makes keyings for addresses; none for those that no message reaches before they have a new VAPID key. */
export function armAddresses(deps: {
  arm: Arm;
  addresses: Pick<AddressCodec<WebPushAddress>, 'mustRenew'>;
}): (addresses: readonly WebPushAddress[]) => (Buffer | undefined)[] {
  return (addresses) => {
    const wanted = addresses.filter((address) => !deps.addresses.mustRenew(address));
    const made = new Map(deps.arm(wanted).map((keying, index) => [wanted[index], keying]));
    return addresses.map((address) => {
      const keying = made.get(address);
      return keying && Buffer.concat([markOf(address), keying]);
    });
  };
}

/** What the encryption takes of a stored keying, if it was made for these keys. */
export function keyingFor(address: WebPushAddress, stored: Buffer | undefined): Buffer | undefined {
  return stored !== undefined && hasMarkOf(stored, address) ? stored.subarray(MARK_BYTES) : undefined;
}

/** Byte by byte: this runs for each message, and a view of the bytes would cost more. */
function hasMarkOf(stored: Buffer, { p256dh }: WebPushAddress): boolean {
  for (let at = 0; at < MARK_BYTES; at += 1) if (stored[at] !== p256dh[at + 1]) return false;
  return true;
}
