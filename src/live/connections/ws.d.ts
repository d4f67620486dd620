import 'ws';

// Parts of ws 8.23 that @types/ws 8.18 does not declare.
declare module 'ws' {
  interface ServerOptions {
    /** How long the client may take to close after our close frame, ms. */
    closeTimeout?: number;
  }

  const Sender: {
    frame(
      data: Buffer,
      options: { fin: boolean; mask: false; opcode: number; readOnly: true; rsv1: false },
    ): Buffer[];
  };
}
