import type { Transport } from './transport.ts';

/** The live line as a WebSocket. The protocol has no client messages: nothing is ever sent. */
export const openWebSocket: Transport = (url, events) => {
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
