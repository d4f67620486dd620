import { createAddresses, type Addresses } from '../audience/address.ts';
import type { Config } from '../config.ts';
import { createEndpointPolicy } from '../push/endpoint/endpoint-policy.ts';
import { pushSubscriptionSchema, webPushAddresses } from './web-push/address.ts';

// The channels of processes that store addresses and send nothing: servers and commands. workers/main.ts lists the senders.

/** @param deps.vapidKeyId id of the VAPID key in use; '' where nothing is stored */
export function openAddresses(deps: {
  config: Pick<Config, 'pushAllowedOrigins'>;
  vapidKeyId: string;
}): Addresses {
  const policy = createEndpointPolicy({ extraOrigins: deps.config.pushAllowedOrigins });
  return createAddresses([webPushAddresses({ vapidKeyId: deps.vapidKeyId, policy })]);
}

/** `subscription` of `POST /v1/subscriptions`, for the documentation: a union when there are several channels. */
export const subscriptionSchema = pushSubscriptionSchema;
