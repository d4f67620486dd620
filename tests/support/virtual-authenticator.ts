import type { Page } from 'playwright-core';

/** A device of the page's own, which agrees to everything at once. */
export interface VirtualAuthenticator {
  /** How many passkeys it holds. */
  count(): Promise<number>;
  /** Whether the editor is known by finger or PIN from now on. */
  recognize(isKnown: boolean): Promise<void>;
}

/** https://chromedevtools.github.io/devtools-protocol/tot/WebAuthn/ */
export async function addVirtualAuthenticator(page: Page): Promise<VirtualAuthenticator> {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable');
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return {
    count: async () =>
      (await session.send('WebAuthn.getCredentials', { authenticatorId })).credentials.length,
    recognize: async (isKnown) => {
      await session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: isKnown });
    },
  };
}
