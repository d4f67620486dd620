import type { LiveMessage } from '../../live/protocol.ts';

/** @returns undefined for a text that no gateway sends */
export function readMessage(text: string): LiveMessage | undefined {
  try {
    const message = JSON.parse(text) as LiveMessage;
    return message.type === 'hello' || message.type === 'alert' ? message : undefined;
  } catch {
    return undefined;
  }
}
