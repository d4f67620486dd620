import type { OpenLine } from './line.ts';

/** Opens the live line as a WebSocket. It sends nothing, because the protocol has no client messages. */
export const openWebSocket: OpenLine = (url, events) => {
  const address = new URL(url);
  address.protocol = address.protocol === 'http:' ? 'ws:' : 'wss:';
  const socket = new WebSocket(address);
  socket.onmessage = (event) => events.onText(String(event.data));
  socket.onclose = ({ code }) => events.onEnd({ code });
  return {
    close: () => {
      socket.onmessage = null;
      socket.onclose = null;
      socket.close();
    },
  };
};
