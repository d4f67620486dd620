import { z } from 'zod';
import type { Address, AddressCodec } from '../../../src/audience/address.ts';
import { AUTH_OFFSET, REST_OFFSET } from '../../../src/audience/record.ts';
import { authSchema } from '../../../src/audience/schema.ts';

const SCHEME = 'stub:';

const schema = z.strictObject({ endpoint: z.string().max(100), auth: authSchema });

/** `stub:<name>`: nothing but what every address has. */
export function stubAddresses(): AddressCodec<Address, z.infer<typeof schema>> {
  return {
    number: 9,
    knows: (endpoint) => endpoint.startsWith(SCHEME),
    schema,
    parse: ({ endpoint, auth }) =>
      /^stub:[a-z\d-]+$/.test(endpoint)
        ? { ok: true, address: { endpoint, auth: Buffer.from(auth, 'base64url') } }
        : { ok: false, at: ['endpoint'], reason: 'must be stub: and a name' },
    toJson: ({ endpoint, auth }) => ({ subscription: { endpoint, auth: auth.toString('base64url') } }),
    restBytes: ({ endpoint }) => endpoint.length - SCHEME.length,
    pack: ({ endpoint }, record) => void record.write(endpoint.slice(SCHEME.length), REST_OFFSET, 'latin1'),
    unpack: (record, restEnd) => ({
      endpoint: SCHEME + record.toString('latin1', REST_OFFSET, restEnd),
      auth: record.subarray(AUTH_OFFSET, AUTH_OFFSET + 16),
    }),
    mustRenew: () => false,
  };
}
